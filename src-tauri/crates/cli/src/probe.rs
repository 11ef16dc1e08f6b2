//! `jbcall probe`.

use std::sync::{Arc, Mutex, PoisonError};

use call::view::ErrorView;
use fieldtest::monitor::{self, Metrics, MetricsPage, ProbeOptions, Round, RoundOptions};
use media::TransportOptions;
use serde_json::json;
use signaling::ConnectOptions;

use crate::args;
use crate::exit::Exit;
use crate::{network, output, signals};

pub async fn run(args: args::Probe) -> Exit {
    let options = match options(&args) {
        Ok(options) => options,
        Err(error) => return complain(args.json, &error, Exit::Usage),
    };
    let metrics = Arc::new(Mutex::new(Metrics::default()));
    let page = match args.metrics {
        Some(at) => match MetricsPage::open(at, Arc::clone(&metrics)).await {
            Ok(page) => Some(page),
            Err(error) => {
                let view = ErrorView {
                    code: "probe.port".to_owned(),
                    message: format!("{at} cannot be listened on: {error}"),
                    details: String::new(),
                };
                return complain(args.json, &view, Exit::Failed);
            }
        },
        None => None,
    };
    if let Some(page) = &page {
        let url = format!("http://{}/metrics", page.address());
        if args.json {
            output::json("listening", &json!({ "metrics": url }));
        } else {
            output::line(&format!("Metrics: {url}"));
        }
    }
    let tell = |round: &Round| {
        if args.json {
            output::json("round", round);
        } else {
            output::line(&line(round));
        }
    };
    let probed = monitor::run(options, Arc::clone(&metrics), tell, signals::stop()).await;
    if let Err(error) = probed {
        let view = ErrorView {
            code: "audio.encoder".to_owned(),
            message: format!("the sound cannot be encoded: {error}"),
            details: String::new(),
        };
        return complain(args.json, &view, Exit::Sound);
    }
    let (_, failed, _) = metrics
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .totals();
    if failed == 0 { Exit::Ok } else { Exit::Failing }
}

fn options(args: &args::Probe) -> Result<ProbeOptions, ErrorView> {
    let discovery = network::discovery(&args.network)?;
    Ok(ProbeOptions {
        round: RoundOptions {
            link: network::link(&args.link)?,
            connect: ConnectOptions {
                network: discovery.network.clone(),
                ..ConnectOptions::default()
            },
            discovery,
            media: TransportOptions {
                ice_servers: network::relays(&args.network),
                relay_only: args.network.relay_only,
                ..TransportOptions::default()
            },
        },
        every: args.every,
        rounds: args.rounds,
    })
}

fn complain(json: bool, error: &ErrorView, exit: Exit) -> Exit {
    if json {
        output::json("error", error);
    } else {
        eprintln!("error: {}", error.message);
    }
    exit
}

fn line(round: &Round) -> String {
    let number = |value: Option<f64>, unit: &str| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1} {unit}"))
    };
    if round.ok {
        return format!(
            "ok      {:.1} s  delay {}  jitter {}  lost {}  score {}",
            round.took_ms / 1_000.0,
            number(round.delay_ms, "ms"),
            number(round.jitter_ms, "ms"),
            number(round.loss.map(|loss| loss * 100.0), "%"),
            number(round.mos, "of 5"),
        );
    }
    let layer = round.layer.map_or("unknown", monitor::layer_name);
    format!(
        "FAILED  {:.1} s  layer {layer}: {} ({})",
        round.took_ms / 1_000.0,
        round.code.as_deref().unwrap_or("unknown"),
        round.stage.as_deref().unwrap_or("later"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_one_line() {
        let ok = Round {
            ok: true,
            mos: Some(4.3),
            ..Round::default()
        };
        assert!(line(&ok).starts_with("ok") && line(&ok).contains("score 4.3"));
        let failed = Round {
            layer: Some(fieldtest::Rung::Ice),
            code: Some("media.no-path".to_owned()),
            ..Round::default()
        };
        assert!(line(&failed).contains("layer ice: media.no-path"));
    }
}
