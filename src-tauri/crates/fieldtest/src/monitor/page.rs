//! `/metrics` over HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Metrics;

/// The page as it is served. Dropping it closes the port.
#[derive(Debug)]
pub struct MetricsPage {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl MetricsPage {
    /// Opens the port and serves what `metrics` holds at the time.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub async fn open(at: SocketAddr, metrics: Arc<Mutex<Metrics>>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(at).await?;
        let address = listener.local_addr()?;
        let page = move || {
            let metrics = Arc::clone(&metrics);
            async move {
                let text = metrics
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .render();
                ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text)
            }
        };
        let routes = Router::new().route("/metrics", get(page));
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the metrics are no longer served");
            }
        });
        Ok(Self { address, task })
    }

    /// Where it is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MetricsPage {
    fn drop(&mut self) {
        self.task.abort();
    }
}
