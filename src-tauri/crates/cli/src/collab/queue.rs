//! `jbcall collab queue`.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::args::Queue;
use super::watch::refused_for_good;
use super::{service, words};
use crate::exit::Exit;
use crate::{output, signals};

/// How long a queue may take to come.
const LIMIT: Duration = Duration::from_secs(10);

pub async fn run(options: Queue) -> Exit {
    let collab = match service::open(&options.service).await {
        Ok(collab) => collab,
        Err(refusal) => return refusal.tell(options.json),
    };
    let mut updates = collab.updates();
    let limit = Instant::now() + LIMIT;
    let stop = signals::stop();
    tokio::pin!(stop);
    let mut came = false;
    let exit = loop {
        let update = async {
            if came {
                Ok(updates.next().await)
            } else {
                timeout_at(limit, updates.next()).await
            }
        };
        let update = tokio::select! {
            update = update => update,
            () = &mut stop => break Exit::Ok,
        };
        let Ok(update) = update else {
            eprintln!("error: no queue came within {} seconds.", LIMIT.as_secs());
            break Exit::Unreachable;
        };
        let Some(update) = update else {
            break Exit::Failed;
        };
        if let Some(exit) = refused_for_good(&update) {
            eprintln!("error: The service refused.");
            break exit;
        }
        let Some(queue) = update.queue.filter(|queue| queue.heard_ms.is_some()) else {
            continue;
        };
        came = true;
        let read = if options.json {
            output::json("queue", &queue)
        } else {
            words::queue(&queue).iter().all(|line| output::line(line))
        };
        if !read || !options.follow {
            break Exit::Ok;
        }
    };
    collab.close().await;
    exit
}
