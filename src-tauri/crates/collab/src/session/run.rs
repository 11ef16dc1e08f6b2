//! The loop: sockets and commands in, what the model wants out.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use socketio::{ConnectError, Event, Message, Payload, Retry};
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};
use url::Url;

use super::inbox::{Answer, Inbox, Incoming};
use super::sending::{Sent, send, weight};
use super::sockets::Sockets;
use super::{Options, Shared, reasons};
use crate::command::CollabCommand;
use crate::intent::{Intent, StepRef};
use crate::model::{AckOutcome, Input, Model, ModelConfig, Output, Tag};
use crate::policy::{LEAVE_LIMIT, REFUSAL_PAUSE};
use crate::view::NotificationView;
use crate::vocabulary::{Context, Deployment};

/// The model of a record that is about to be opened.
pub(super) fn model(options: &Options) -> Model {
    let deployment = &options.deployment;
    let config = ModelConfig {
        host: deployment
            .links
            .first()
            .and_then(|link| link.url.as_ref())
            .map(host_and_port)
            .unwrap_or_default(),
        vocabularies: deployment.vocabularies(),
        offers: deployment.offers(),
        name: options.identity.name.clone(),
        role: options.identity.role.clone(),
        step: options.step.clone().or(deployment.start_step.clone()),
        steps: deployment
            .steps
            .iter()
            .map(|known| (known.step.clone(), known.label.clone()))
            .collect(),
        fields: deployment
            .fields
            .iter()
            .map(|known| (known.field.clone(), known.label.clone()))
            .collect(),
        away_after: deployment.away_after,
        heartbeat: deployment.heartbeat_every(),
        trusts_step_states: deployment.trusts_step_states,
        edit_link: edit_link(deployment, options),
        epoch_ms: epoch_ms(),
        ..ModelConfig::for_record(&*options.record, &*options.identity.id)
    };
    Model::new(config, Instant::now())
}

/// The link over which joins go; the first one where none has a word for that.
fn edit_link(deployment: &Deployment, options: &Options) -> usize {
    let said = deployment.encode(&Intent::Join, &context(options, None));
    said.first().map_or(0, |outgoing| outgoing.link)
}

/// What the loop works with, apart from what it waits for.
struct Run {
    options: Arc<Options>,
    shared: Arc<Shared>,
    changed: watch::Sender<u64>,
    notify: mpsc::Sender<NotificationView>,
    sockets: Sockets,
    /// When a link that was refused is tried again.
    retry: Option<Instant>,
    /// When each link's keep-alive is due.
    keep_alive: Vec<Option<Instant>>,
}

/// Keeps the record open until nobody holds a handle any more.
pub(super) async fn until_closed(
    options: Options,
    shared: Arc<Shared>,
    changed: watch::Sender<u64>,
    notify: mpsc::Sender<NotificationView>,
    mut commands: mpsc::Receiver<CollabCommand>,
) {
    let (sockets, events) = Sockets::open(
        &options.deployment.links,
        &context(&options, options.step.as_ref()),
        &options.network,
    );
    let mut inbox = Inbox::new(events);
    let mut run = Run {
        keep_alive: vec![None; options.deployment.links.len()],
        options: Arc::new(options),
        shared,
        changed,
        notify,
        sockets,
        retry: None,
    };
    run.take(Input::Connecting, &mut inbox);
    loop {
        let deadline = run.deadline();
        let due = async {
            match deadline {
                Some(deadline) => sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            incoming = inbox.next() => run.incoming(incoming, &mut inbox),
            command = commands.recv() => match command {
                Some(command) => run.take(Input::Command(command), &mut inbox),
                None => break,
            },
            () = due => run.due(&mut inbox),
        }
    }
    run.take(Input::Close, &mut inbox);
    // What was told last, such as that this person leaves, goes before the sockets do.
    let _ = timeout(LEAVE_LIMIT, run.sockets.close()).await;
}

impl Run {
    fn incoming(&mut self, incoming: Incoming, inbox: &mut Inbox) {
        let (link, event) = match incoming {
            Incoming::Event(link, event) => (link, event),
            Incoming::Answer(answer) => {
                let Answer { tag, outcome, .. } = answer;
                return self.take(Input::Answered { tag, outcome }, inbox);
            }
        };
        let input = match event {
            Event::Connected(session) => {
                self.keep_alive_later(link);
                Input::Connected {
                    link,
                    transport: session.transport.name().to_owned(),
                }
            }
            Event::Message(message) => self.heard(link, &message),
            Event::Disconnected { reason, retry } => {
                if let Some(due) = self.keep_alive.get_mut(link) {
                    *due = None;
                }
                Input::Lost {
                    link,
                    attempt: retry.map_or(1, |retry| retry.attempt),
                    reason: reasons::lost(&reason),
                }
            }
            Event::ConnectFailed { error, retry } => self.failed(link, &error, retry),
            _ => return,
        };
        self.take(input, inbox);
    }

    fn heard(&self, link: usize, message: &Message) -> Input {
        let (event, args) = (&message.event, &message.args);
        let decoded =
            self.in_context(|deployment, context| deployment.decode(link, event, args, context));
        if let Some(path) = &decoded.dropped {
            tracing::debug!(event, path, "an event that cannot be read was left out");
        }
        Input::Heard {
            link,
            operations: decoded.operations,
            known: decoded.known,
        }
    }

    fn failed(&mut self, link: usize, error: &ConnectError, retry: Option<Retry>) -> Input {
        let reason = reasons::failed(error);
        if let Some(Retry { attempt, .. }) = retry {
            return Input::Lost {
                link,
                attempt,
                reason,
            };
        }
        // Spread out, so that all desks do not come back at the same instant.
        let pause = REFUSAL_PAUSE.mul_f64(1.0 + rand::random::<f64>() / 2.0);
        let retry_at = reasons::is_worth_retrying(error).then(|| Instant::now() + pause);
        self.retry = retry_at.or(self.retry);
        Input::Refused {
            link,
            reason,
            retry_at,
        }
    }

    fn due(&mut self, inbox: &mut Inbox) {
        let now = Instant::now();
        if self.retry.is_some_and(|retry| retry <= now) {
            self.retry_now();
        }
        for link in 0..self.keep_alive.len() {
            if self
                .keep_alive
                .get(link)
                .is_some_and(|due| due.is_some_and(|due| due <= now))
            {
                self.send_keep_alive(link);
            }
        }
        self.take(Input::Tick, inbox);
    }

    fn deadline(&self) -> Option<Instant> {
        let model = self.shared.model().next_deadline();
        let own = self.keep_alive.iter().copied().chain([self.retry]);
        own.flatten().chain(model).min()
    }

    fn retry_now(&mut self) {
        self.retry = None;
        self.sockets.reconnect_lost();
    }

    /// Lets the model decide, and does what it wants.
    fn take(&mut self, input: Input, inbox: &mut Inbox) {
        let (outputs, version) = {
            let mut model = self.shared.model();
            (model.handle(Instant::now(), input), model.version())
        };
        for output in outputs {
            match output {
                Output::Tell { intent, tag } => self.tell(&intent, tag, inbox),
                Output::ReconnectNow => self.retry_now(),
                Output::Notify(notification) => {
                    // Nobody need read them: they are in the view as well.
                    let _ = self.notify.try_send(notification);
                }
            }
        }
        self.changed.send_if_modified(|shown| {
            let news = *shown != version;
            *shown = version;
            news
        });
    }

    /// Sends what says an intent.
    fn tell(&self, intent: &Intent, tag: Option<Tag>, inbox: &mut Inbox) {
        let outgoing = self.in_context(|deployment, context| deployment.encode(intent, context));
        let sent: Vec<Sent> = outgoing
            .into_iter()
            .filter_map(|outgoing| Some(send(self.sockets.get(outgoing.link)?, outgoing)))
            .collect();
        // Of an intent without a tag nobody wants to know.
        let Some(tag) = tag else { return };
        let (kind, options) = (intent.kind(), Arc::clone(&self.options));
        inbox.expect(async move {
            let context = context(&options, None);
            let mut answer: Option<Answer> = None;
            for sent in sent {
                let (outcome, place) = sent.outcome(kind, &options.deployment, &context).await;
                let before = answer.as_ref().map(|answer| weight(&answer.outcome));
                if before.is_none_or(|before| before <= weight(&outcome)) {
                    answer = Some(Answer {
                        tag,
                        outcome,
                        place,
                    });
                }
            }
            // Without a word for it nothing is sent, and nothing will come of it.
            answer.unwrap_or(Answer {
                tag,
                outcome: AckOutcome::Unanswered,
                place: None,
            })
        });
    }

    /// With the time and the step of now.
    fn in_context<T>(&self, of: impl FnOnce(&Deployment, &Context<'_>) -> T) -> T {
        let step = self.shared.model().step().cloned();
        of(
            &self.options.deployment,
            &context(&self.options, step.as_ref()),
        )
    }

    /// A service that hears nothing for long may take this client for idle.
    fn keep_alive_later(&mut self, link: usize) {
        let Some(link_of) = self.options.deployment.links.get(link) else {
            return;
        };
        let every = link_of
            .keep_alive
            .as_ref()
            .map(|keep_alive| keep_alive.every);
        if let Some(due) = self.keep_alive.get_mut(link) {
            *due = every.map(|every| Instant::now() + every);
        }
    }

    fn send_keep_alive(&mut self, link: usize) {
        self.keep_alive_later(link);
        let Some(keep_alive) = self
            .options
            .deployment
            .links
            .get(link)
            .and_then(|link| link.keep_alive.as_ref())
        else {
            return;
        };
        let args = self.in_context(|deployment, context| {
            let link = deployment.links.get(link);
            link.map(|link| link.keep_alive_args(context))
                .unwrap_or_default()
        });
        if let Some(socket) = self.sockets.get(link) {
            let args = args.into_iter().map(Payload::from).collect();
            // Where the connection is gone there is nothing to keep alive.
            let _ = socket.emit(&keep_alive.event, args);
        }
    }
}

fn context<'a>(options: &'a Options, step: Option<&'a StepRef>) -> Context<'a> {
    Context {
        record: &options.record,
        me: &options.identity,
        step,
        now: OffsetDateTime::now_utc(),
    }
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}
