//! `jbcall join`.

mod control;
mod human;
mod json;
mod words;

use std::future::Future;
use std::time::{Duration, Instant};

use call::view::{EndReason, ErrorView, LevelsView};
use call::{Call, CallOptions, CallStats, Command, JoinOptions};
use signaling::wire::Language;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::args;
use crate::exit::Exit;
use crate::{network, person, signals};
use control::{Style, Wish};

/// How the call is shown.
trait Show {
    /// The call begins.
    fn begins(&mut self, options: &CallOptions);
    /// Something changed.
    fn view(&mut self, view: &call::view::CallView);
    /// How loud everybody is.
    fn levels(&mut self, levels: &LevelsView);
    /// Somebody else was heard for the first time, so long after the start of the program.
    fn first_audio(&mut self, after: Duration);
    /// Numbers. `asked`: somebody wants to see them now.
    fn stats(&mut self, stats: &CallStats, asked: bool);
    /// A line was typed.
    fn typed(&mut self, wish: &Wish);
    /// A line that nobody understands.
    fn unknown(&mut self, line: &str);
    /// It failed before it began.
    fn failed(&mut self, error: &ErrorView);
    /// It is over.
    fn ended(&mut self, reason: &EndReason);
    /// Whether anybody still reads this.
    fn is_read(&self) -> bool;
}

pub async fn run(args: args::Join, started: Instant) -> Exit {
    let mut show: Box<dyn Show> = if args.json {
        Box::new(json::Lines::default())
    } else {
        Box::new(human::Terminal::new())
    };
    let options = match call_options(&args) {
        Ok(options) => options,
        Err(error) => {
            show.failed(&error);
            return Exit::Usage;
        }
    };
    show.begins(&options);
    let stop = signals::stop();
    tokio::pin!(stop);
    let prepared = tokio::select! {
        prepared = call::prepare(options) => prepared,
        () = &mut stop => return Exit::Ok,
    };
    let call = match prepared {
        Ok(prepared) => prepared.join(),
        Err(error) => {
            show.failed(&error.view());
            return Exit::of(error.code());
        }
    };
    let style = if args.json {
        Style::Script
    } else {
        Style::Person
    };
    let time_over = async {
        match args.duration {
            Some(seconds) => tokio::time::sleep(Duration::from_secs_f64(seconds)).await,
            None => std::future::pending().await,
        }
    };
    // Whichever comes first; a person may still leave before.
    let enough = async {
        tokio::select! {
            () = time_over => {}
            () = stop => {}
        }
    };
    let reason = accompany(&call, show.as_mut(), style, enough, started).await;
    show.ended(&reason);
    match reason {
        EndReason::Left => Exit::Ok,
        EndReason::Failed { error } => Exit::of(&error.code),
    }
}

/// Shows the call and does what is asked for until it is over.
async fn accompany(
    call: &Call,
    show: &mut dyn Show,
    style: Style,
    enough: impl Future<Output = ()>,
    started: Instant,
) -> EndReason {
    let mut view = call.view();
    let mut levels = call.levels();
    let mut first_audio = call.first_audio();
    let mut wishes = control::listen(style);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = call.ended();
    // Whoever asks to stop twice does not want to wait for the gateway's answer.
    let hurry = signals::stop();
    tokio::pin!(enough, hurry, ended);
    let mut leaving = false;
    view.mark_changed();
    loop {
        tokio::select! {
            biased;
            Ok(()) = view.changed() => show.view(&view.borrow_and_update().clone()),
            reason = &mut ended => {
                if view.has_changed().unwrap_or(true) {
                    show.view(&view.borrow_and_update().clone());
                }
                return reason;
            }
            Ok(Some(at)) = heard(&mut first_audio) => {
                show.first_audio(at.saturating_duration_since(started));
            }
            () = &mut enough, if !leaving => {
                leaving = true;
                call.send(Command::Leave);
            }
            () = &mut hurry, if leaving => return EndReason::Left,
            wish = next(&mut wishes) => match wish {
                Some(wish) => {
                    show.typed(&wish);
                    match wish {
                        Wish::Call(command) => call.send(command),
                        Wish::Stats => tell_stats(call, show, true).await,
                        Wish::Unknown(line) => show.unknown(&line),
                    }
                }
                None => wishes = None,
            },
            Ok(()) = levels.changed() => show.levels(&levels.borrow_and_update().clone()),
            _ = seconds.tick() => tell_stats(call, show, false).await,
        }
        if !show.is_read() && !leaving {
            leaving = true;
            call.send(Command::Leave);
        }
    }
}

async fn tell_stats(call: &Call, show: &mut dyn Show, asked: bool) {
    if let Some(stats) = call.stats().await {
        show.stats(&stats, asked);
    }
}

/// The moment of the first sound, once.
async fn heard(
    first: &mut watch::Receiver<Option<Instant>>,
) -> Result<Option<Instant>, watch::error::RecvError> {
    first.changed().await?;
    Ok(*first.borrow_and_update())
}

async fn next(wishes: &mut Option<tokio::sync::mpsc::UnboundedReceiver<Wish>>) -> Option<Wish> {
    match wishes {
        Some(wishes) => wishes.recv().await,
        None => std::future::pending().await,
    }
}

fn call_options(args: &args::Join) -> Result<CallOptions, ErrorView> {
    let link = network::link(&args.link)?;
    let mut options = CallOptions::new(link);
    let name = match &args.name {
        Some(name) => name.clone(),
        None if !options.join.name.is_empty() => options.join.name.clone(),
        None => person::user_name().unwrap_or_else(|| "Guest".to_owned()),
    };
    options.join = JoinOptions {
        name,
        microphone: args.mic.clone(),
        muted: args.muted,
        speaker: args.speaker.clone(),
        ..options.join
    };
    if let Some(language) = &args.language {
        let language = Language::parse(language).ok_or_else(|| ErrorView {
            code: "link.language".to_owned(),
            message: format!("\"{language}\" is no language code. Write vi or en, for instance."),
            details: String::new(),
        })?;
        options.join.source_language = Some(language.clone());
        options.join.target_language = Some(language);
    }
    options.discovery = network::discovery(&args.network)?;
    options.ice_servers = network::relays(&args.network);
    options.relay_only = args.network.relay_only;
    Ok(options)
}
