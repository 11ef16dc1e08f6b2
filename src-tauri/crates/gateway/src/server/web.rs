//! HTTP: the pages for operators, and one for people who open a room's link in a browser.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::actor::{Command, Page};
use crate::addresses::room_path;

/// Everything but Socket.IO.
pub(super) fn pages(commands: UnboundedSender<Command>) -> Router {
    let page = |page| {
        let commands = commands.clone();
        get(move || show(commands, page))
    };
    Router::new()
        .route("/health", page(Page::Health))
        .route("/stats", page(Page::Stats))
        .route("/metrics", page(Page::Metrics))
        .route("/room/{id}", get(room))
        .fallback(not_found)
}

async fn show(commands: UnboundedSender<Command>, page: Page) -> Response {
    let (answer, shown) = oneshot::channel();
    let _ = commands.send(Command::Page(page, answer));
    match shown.await {
        Ok(Value::String(text)) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (kind, text).into_response()
        }
        Ok(value) => Json(value).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn not_found() -> Response {
    let body = json!({ "error": "Not Found", "message": "Endpoint không tồn tại" });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// There is no web client here: says what the link is for.
async fn room(Path(id): Path<String>, headers: HeaderMap) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("127.0.0.1");
    let link = escaped(&format!("http://{host}{}", room_path(&id)));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>JB Calling room</title>\n\
         <style>body{{font:1.1rem system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}}\
         code{{overflow-wrap:anywhere}}</style>\n\
         <h1>This is a JB Calling room</h1>\n\
         <p>To join it, paste this link into JB Calling Desktop:</p>\n\
         <p><code>{link}</code></p>\n\
         <p>or run <code>jbcall join {link}</code></p>\n"
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_gets_out_of_the_page() {
        assert_eq!(
            escaped("<script>alert('&\"')</script>"),
            "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"
        );
    }
}
