//! The frame with scripted lanes, in virtual time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use super::*;
use crate::report::Role;

/// Everything that was looked at is ok, except what the test's lanes make fail by their names.
fn all_well(rung: Rung, _: &Facts) -> RungResult {
    RungResult::new(rung, Vec::new(), Vec::new())
}

fn tls_fails(rung: Rung, _: &Facts) -> RungResult {
    let finding = Finding::new("test-fault", Verdict::Failed);
    let findings = if rung == Rung::Tls {
        vec![finding]
    } else {
        Vec::new()
    };
    RungResult::new(rung, findings, Vec::new())
}

fn polling_fails(rung: Rung, _: &Facts) -> RungResult {
    let finding = Finding::new("test-fault", Verdict::Failed);
    let findings = if rung == Rung::Polling {
        vec![finding]
    } else {
        Vec::new()
    };
    RungResult::new(rung, findings, Vec::new())
}

fn nothing_seen(rung: Rung, _: &Facts) -> RungResult {
    RungResult::skipped(rung, None)
}

const NETWORK: &[Rung] = &[Rung::Link, Rung::Address, Rung::Tls];
const SIGNALING: &[Rung] = &[Rung::Polling, Rung::Websocket, Rung::Namespace];
const MEDIA: &[Rung] = &[
    Rung::Room,
    Rung::Capacity,
    Rung::Ice,
    Rung::Dtls,
    Rung::Media,
];
const MACHINE: &[Rung] = &[Rung::Machine];

/// Begins to count when it is looked at, as probes do.
async fn take(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
}

/// A lane that takes so many milliseconds for each rung.
fn walk<'a>(climb: &'a Climb, rungs: &'static [Rung], ms: u64) -> BoxFuture<'a, ()> {
    Box::pin(async move {
        for rung in rungs {
            climb.look(*rung, take(ms), |_, ()| {}).await;
        }
    })
}

fn ladder() -> Vec<Lane> {
    vec![
        Lane::new(MEDIA, |climb| walk(climb, MEDIA, 200)),
        Lane::new(SIGNALING, |climb| walk(climb, SIGNALING, 100)),
        Lane::new(NETWORK, |climb| walk(climb, NETWORK, 50)),
        Lane::new(MACHINE, |climb| walk(climb, MACHINE, 10)),
    ]
}

fn options() -> Options {
    Options {
        link: "https://site.example/room/bao-mat-123".to_owned(),
        ..Options::default()
    }
}

async fn climb(lanes: Vec<Lane>, judge: Judge) -> (Report, Vec<(Duration, Progress)>) {
    let begin = Instant::now();
    let mut seen = Vec::new();
    let report = run_lanes(
        options(),
        lanes,
        judge,
        |progress| seen.push((begin.elapsed(), progress)),
        std::future::pending(),
    )
    .await;
    (report, seen)
}

fn verdict(report: &Report, rung: Rung) -> (Verdict, Option<Rung>) {
    let result = report.result(rung).expect("every rung has a result");
    (result.verdict, result.blocked_by)
}

#[tokio::test(start_paused = true)]
async fn lanes_run_beside_each_other_and_wait_for_what_they_stand_on() {
    let (report, seen) = climb(ladder(), all_well).await;
    assert_eq!(report.end, End::Complete);
    for rung in NETWORK.iter().chain(SIGNALING).chain(MEDIA).chain(MACHINE) {
        assert_eq!(verdict(&report, *rung), (Verdict::Ok, None), "{rung:?}");
    }
    let started: Vec<Rung> = seen
        .iter()
        .filter_map(|(_, progress)| match progress {
            Progress::Started { rung } => Some(*rung),
            Progress::Judged { .. } => None,
        })
        .collect();
    let at = |rung| started.iter().position(|r| *r == rung).expect("it started");
    assert!(at(Rung::Machine) < at(Rung::Address), "{started:?}");
    assert!(at(Rung::Tls) < at(Rung::Polling), "{started:?}");
    assert!(at(Rung::Namespace) < at(Rung::Room), "{started:?}");
    let timing = report.timing(Rung::Polling).expect("it was looked at");
    assert!((timing.started_ms - 150.0).abs() < 5.0, "{timing:?}");
    assert!((timing.took_ms - 100.0).abs() < 5.0, "{timing:?}");
}

#[tokio::test(start_paused = true)]
async fn what_stands_on_a_failed_rung_is_skipped_and_says_on_which() {
    let (report, _) = climb(ladder(), tls_fails).await;
    assert_eq!(report.culprit, Some(Rung::Tls));
    for rung in SIGNALING.iter().chain(MEDIA) {
        let expected = (Verdict::Skipped, Some(Rung::Tls));
        assert_eq!(verdict(&report, *rung), expected, "{rung:?}");
    }
    assert_eq!(verdict(&report, Rung::Machine), (Verdict::Ok, None));
}

#[tokio::test(start_paused = true)]
async fn one_transport_is_enough_to_go_on() {
    let (report, _) = climb(ladder(), polling_fails).await;
    assert_eq!(report.culprit, Some(Rung::Polling));
    assert_eq!(verdict(&report, Rung::Media), (Verdict::Ok, None));
}

#[tokio::test(start_paused = true)]
async fn what_can_tell_something_all_the_same_is_looked_at() {
    let site = Lane::new(&[Rung::Site], |climb| {
        Box::pin(async {
            climb.after(Rung::Tls).await;
            climb
                .look_anyway(Rung::Site, sleep(Duration::from_millis(1)), |_, ()| {})
                .await;
        })
    });
    let network = Lane::new(NETWORK, |climb| walk(climb, NETWORK, 50));
    let lanes = vec![network, site];
    let (report, _) = climb(lanes, tls_fails).await;
    assert_eq!(verdict(&report, Rung::Site), (Verdict::Ok, None));
}

#[tokio::test(start_paused = true)]
async fn one_probe_may_see_several_rungs() {
    let lanes = vec![Lane::new(NETWORK, |climb| {
        Box::pin(async {
            let probe = sleep(Duration::from_millis(20));
            climb.look_together(NETWORK, probe, |_, ()| {}).await;
        })
    })];
    let (report, _) = climb(lanes, tls_fails).await;
    assert_eq!(verdict(&report, Rung::Address), (Verdict::Ok, None));
    assert_eq!(report.culprit, Some(Rung::Tls));
}

#[tokio::test(start_paused = true)]
async fn a_lower_rung_that_hangs_is_named_within_eight_seconds() {
    let hang = || -> Vec<Lane> {
        vec![
            Lane::new(NETWORK, |climb| walk(climb, NETWORK, 100)),
            Lane::new(SIGNALING, |climb| walk(climb, SIGNALING, 3_600_000)),
        ]
    };
    let judge = |rung: Rung, _: &Facts| match rung {
        Rung::Polling | Rung::Websocket => RungResult::skipped(rung, None),
        rung => RungResult::new(rung, Vec::new(), Vec::new()),
    };
    let (report, seen) = climb(hang(), judge).await;
    assert_eq!(report.culprit, Some(Rung::Polling));
    let named = seen.iter().find_map(|(at, progress)| match progress {
        Progress::Judged { result, .. } if result.verdict == Verdict::Failed => Some((at, result)),
        _ => None,
    });
    let (at, result) = named.expect("it is named");
    assert_eq!(result.rung, Rung::Polling);
    assert!(*at <= policy::NAMED_WITHIN, "{at:?}");
    assert_eq!(result.findings[0].cause, "no-answer-in-time");
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_in_time_whatever_hangs() {
    let begin = Instant::now();
    let lanes = vec![
        Lane::new(NETWORK, |climb| walk(climb, NETWORK, 10)),
        Lane::new(&[Rung::Media, Rung::Pipeline], |climb| {
            Box::pin(async {
                let forever = std::future::pending::<()>();
                climb.look_anyway(Rung::Media, forever, |_, ()| {}).await;
                std::future::pending::<()>().await;
            })
        }),
    ];
    let (report, _) = climb(lanes, nothing_seen).await;
    assert!(
        begin.elapsed() <= policy::RUN_LIMIT,
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(report.end, End::TimeOver);
    assert_eq!(verdict(&report, Rung::Media).0, Verdict::Unknown);
    let pipeline = report.result(Rung::Pipeline).expect("a result");
    assert_eq!(pipeline.findings[0].cause, "time-over");
}

#[tokio::test(start_paused = true)]
async fn idle_connections_take_longer_and_nothing_else_does() {
    let lanes = vec![
        Lane::new(&[Rung::Websocket], |climb| {
            Box::pin(async {
                climb
                    .look_anyway(Rung::Websocket, async {}, |_, ()| {})
                    .await;
                sleep(Duration::from_secs(60)).await;
                climb.judge_again(Rung::Websocket);
            })
        }),
        Lane::new(&[Rung::Media], |climb| {
            let hanging = std::future::pending();
            Box::pin(async {
                climb.look_anyway(Rung::Media, hanging, |_, ()| {}).await;
            })
        }),
    ];
    let options = Options {
        idle: Some(Duration::from_secs(60)),
        ..options()
    };
    let report = run_lanes(options, lanes, all_well, |_| {}, std::future::pending()).await;
    assert_eq!(report.end, End::Complete);
    assert!(report.took_ms >= 60_000.0);
    let media = report.timing(Rung::Media).expect("it was looked at");
    assert!(media.started_ms + media.took_ms <= 30_000.0);
}

/// Leaves a room when it is dropped, as the guard of a participant does.
struct Guard {
    leaving: TaskTracker,
    left: Arc<AtomicUsize>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let left = self.left.clone();
        self.leaving.spawn(async move {
            sleep(Duration::from_millis(300)).await;
            left.fetch_add(1, Ordering::SeqCst);
        });
    }
}

#[tokio::test(start_paused = true)]
async fn who_cancels_gets_what_was_seen_and_nothing_is_left_behind() {
    let left = Arc::new(AtomicUsize::new(0));
    let count = left.clone();
    let lanes = vec![
        Lane::new(MACHINE, |climb| walk(climb, MACHINE, 10)),
        Lane::new(&[Rung::Room], move |climb| {
            Box::pin(async move {
                let stay = async {
                    let _guard = Guard {
                        leaving: climb.leaving(),
                        left: count,
                    };
                    std::future::pending::<()>().await;
                };
                climb.look_anyway(Rung::Room, stay, |_, ()| {}).await;
            })
        }),
    ];
    let begin = Instant::now();
    let cancel = sleep(Duration::from_secs(1));
    let report = run_lanes(options(), lanes, all_well, |_| {}, cancel).await;
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(left.load(Ordering::SeqCst), 1);
    assert_eq!(report.end, End::Cancelled);
    assert_eq!(verdict(&report, Rung::Machine), (Verdict::Ok, None));
    let room = report.result(Rung::Room).expect("a result");
    assert_eq!(room.findings[0].cause, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_panics_or_ends_early_holds_nobody_up() {
    let lanes = vec![
        Lane::new(&[Rung::Link, Rung::Address], |_| {
            Box::pin(async { panic!("a fault of this program, made by a test") })
        }),
        Lane::new(&[Rung::Tls], |climb| walk(climb, &[Rung::Tls], 10)),
        Lane::new(MACHINE, |climb| walk(climb, MACHINE, 10)),
    ];
    let (report, _) = climb(lanes, all_well).await;
    assert_eq!(report.end, End::Complete);
    assert_eq!(verdict(&report, Rung::Link), (Verdict::Skipped, None));
    assert_eq!(verdict(&report, Rung::Tls), (Verdict::Ok, None));
    assert_eq!(verdict(&report, Rung::Machine), (Verdict::Ok, None));
}

#[tokio::test(start_paused = true)]
async fn without_probes_nothing_is_said_and_nothing_waited_for() {
    let (report, _) = climb(Vec::new(), nothing_seen).await;
    assert!(report.is_empty());
    assert_eq!(report.diagnosis.rungs.len(), Rung::CALL.len());
}

#[tokio::test(start_paused = true)]
async fn progress_and_report_are_redacted() {
    let judge = |rung: Rung, _: &Facts| {
        let seen = "GET /room/bao-mat-123 from 198.51.100.7 to 203.0.113.5";
        RungResult::new(
            rung,
            Vec::new(),
            vec![crate::diagnosis::Evidence::new("request", seen)],
        )
    };
    let lanes = vec![Lane::new(&[Rung::Link], |climb| {
        Box::pin(async {
            let url = url::Url::parse("https://site.example/").expect("a URL");
            climb.server(Role::Site, &url);
            climb.server_address("203.0.113.5".parse().expect("an address"));
            climb.look(Rung::Link, async {}, |_, ()| {}).await;
        })
    })];
    let told = Mutex::new(String::new());
    let report = run_lanes(
        options(),
        lanes,
        judge,
        |progress| {
            let text = serde_json::to_string(&progress).expect("JSON");
            told.lock().expect("no panic").push_str(&text);
        },
        std::future::pending(),
    )
    .await;
    let told = told.into_inner().expect("no panic");
    let json = crate::report::json::render(&report);
    for text in [told, json] {
        assert!(!text.contains("bao-mat"), "{text}");
        assert!(!text.contains("198.51.100.7"), "{text}");
        assert!(text.contains("203.0.113.5"), "{text}");
    }
    assert_eq!(report.servers[0].address(), "https://site.example:443");
}

#[test]
fn a_run_may_be_spawned() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&run(options(), |_| {}, std::future::pending()));
}
