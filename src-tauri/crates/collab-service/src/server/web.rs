//! HTTP: whether the service is well, and what happened on a record.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::actor::Command;
use super::socket_io::equal;

/// Everything but Socket.IO.
pub(super) fn pages(commands: UnboundedSender<Command>, token: Option<String>) -> Router {
    let for_health = commands.clone();
    let token: Option<Arc<str>> = token.map(Arc::from);
    Router::new()
        .route("/health", get(move || health(for_health.clone())))
        .route(
            "/records/{id}/activity",
            get(move |path, headers| activity(commands.clone(), token.clone(), path, headers)),
        )
        .fallback(async || failure(StatusCode::NOT_FOUND, "Not found"))
}

async fn health(commands: UnboundedSender<Command>) -> Response {
    let (answer, shown) = oneshot::channel();
    let _ = commands.send(Command::Health(answer));
    match shown.await {
        Ok(health) => Json(health).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Personal data: only for who has the token, and for nobody where there is none.
async fn activity(
    commands: UnboundedSender<Command>,
    token: Option<Arc<str>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = token else {
        return failure(StatusCode::FORBIDDEN, "This service has no token");
    };
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if !given.is_some_and(|given| equal(given.as_bytes(), token.as_bytes())) {
        return failure(StatusCode::UNAUTHORIZED, "The token is missing or wrong");
    }
    let (answer, shown) = oneshot::channel();
    let _ = commands.send(Command::Activity(id, answer));
    match shown.await {
        Ok(Some(activity)) => Json(activity).into_response(),
        Ok(None) => failure(StatusCode::NOT_FOUND, "No such record"),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn failure(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}
