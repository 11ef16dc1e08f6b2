//! Small web servers on loopback: a fixed answer for each path.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// An answer to a path.
#[derive(Debug, Clone)]
pub enum Page {
    /// Status line, content type, body.
    Text(&'static str, &'static str, String),
    /// A redirect to this address.
    Redirect(String),
    /// The request is taken and never answered.
    Silence,
}

impl Page {
    pub fn html() -> Self {
        let body = "<!doctype html><html><body>Welcome</body></html>";
        Self::Text("200 OK", "text/html", body.into())
    }

    pub fn json(body: &str) -> Self {
        Self::Text("200 OK", "application/json", body.into())
    }

    pub fn script(body: impl Into<String>) -> Self {
        Self::Text("200 OK", "application/javascript", body.into())
    }

    pub fn status(line: &'static str, body: &str) -> Self {
        Self::Text(line, "text/html", body.into())
    }
}

/// Serves these pages, and `other` at every other path, until the runtime ends.
pub async fn serve(pages: &[(&str, Page)], other: Page) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let pages: BTreeMap<String, Page> = pages
        .iter()
        .map(|(path, page)| ((*path).to_owned(), page.clone()))
        .collect();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (pages, other) = (pages.clone(), other.clone());
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await?);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let target = head.split(' ').nth(1).unwrap_or_default();
                let path = target.split('?').next().unwrap_or_default();
                let answer = match pages.get(path).unwrap_or(&other) {
                    Page::Text(status, kind, body) => format!(
                        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
                         Connection: close\r\n\r\n{body}",
                        body.len()
                    ),
                    Page::Redirect(to) => format!(
                        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\
                         Connection: close\r\n\r\n"
                    ),
                    Page::Silence => return std::future::pending().await,
                };
                stream.write_all(answer.as_bytes()).await
            });
        }
    });
    format!("http://127.0.0.1:{port}/")
        .parse()
        .expect("an address")
}

/// An address where nothing listens.
pub fn nobody() -> Url {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    format!("http://127.0.0.1:{port}/")
        .parse()
        .expect("an address")
}
