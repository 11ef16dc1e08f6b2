//! Simulated colleagues: people who go from field to field of a record, for demos.

use std::ops::Range;
use std::time::Duration;

use collab::command::CollabCommand;
use collab::session::{self, Collab, Network, Options};
use collab::vocabulary::{Identity, Library};
use rand::RngExt;
use rand::seq::IndexedRandom;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::args::Serve;

/// What they speak.
pub const DEPLOYMENT: &str = "screening";

const PEOPLE: [(&str, &str); 4] = [
    ("Lê Thị Hạnh", "nurse"),
    ("Phạm Quốc Bảo", "doctor"),
    ("Ann Lee", "optometrist"),
    ("Vũ Minh Châu", "registrar"),
];

/// Fields and what may stand in them.
const FIELDS: [(&str, &str, &[&str]); 5] = [
    ("vision_testing", "left_eye", &["20/20", "20/25", "20/40"]),
    ("vision_testing", "right_eye", &["20/20", "20/30", "20/50"]),
    ("registration", "class", &["4A", "4B", "5A"]),
    (
        "doctor_diagnosis",
        "diagnosis",
        &["Myopia, mild", "Astigmatism", "No finding"],
    ),
    (
        "doctor_diagnosis",
        "note",
        &[
            "Come back in six months",
            "Glasses, both eyes",
            "Bring the old glasses",
        ],
    ),
];

/// From one edit of a colleague to the next.
const PACE: Duration = Duration::from_millis(2_750);

/// From one letter to the next.
const LETTER: Range<Duration> = Duration::from_millis(60)..Duration::from_millis(180);

/// Steps of the panel that they are seen at.
const STEPS: [&str; 3] = ["3", "4", "5"];

/// Some of them at work.
pub struct Colleagues(Vec<(Collab, JoinHandle<()>)>);

impl Colleagues {
    /// Lets as many join the record as the options say, and work on it.
    pub fn start(options: &Serve, url: &str) -> Self {
        let count = options.colleagues;
        let pace = match options.edits {
            Some(edits) => {
                let each = count as f64 / f64::from(edits.max(1));
                Duration::from_secs_f64(each)
            }
            None => PACE,
        };
        let open = |index: usize| {
            let (name, role) = PEOPLE.get(index % PEOPLE.len())?;
            // Beyond the first few, names come again with a number.
            let name = match index / PEOPLE.len() {
                0 => (*name).to_owned(),
                again => format!("{name} {}", again + 1),
            };
            let mut deployment = Library::builtin().deployment(DEPLOYMENT)?;
            deployment.links.first_mut()?.url = url.parse().ok();
            deployment.set_credential(options.token.as_deref());
            let (collab, _) = session::open(Options {
                deployment,
                record: options.record.clone(),
                identity: Identity {
                    id: format!("colleague-{index}"),
                    name,
                    role: (*role).to_owned(),
                },
                step: None,
                network: Network::default(),
            });
            let work = tokio::spawn(work(collab.clone(), pace));
            Some((collab, work))
        };
        Self((0..count).filter_map(open).collect())
    }

    /// Lets them leave.
    pub async fn leave(self) {
        for (collab, work) in self.0 {
            work.abort();
            let _ = work.await;
            collab.close().await;
        }
    }
}

async fn work(collab: Collab, pace: Duration) {
    loop {
        // Half as long to one and a half times as long: on average the pace.
        pause(pace.mul_f64(0.5)..pace.mul_f64(1.5)).await;
        let Some((step, name, value)) = edit() else {
            return;
        };
        if let Some(step) = move_on() {
            collab.command(CollabCommand::Step { step }).await;
        }
        let field = format!("{step}:{name}");
        collab
            .command(CollabCommand::AddField {
                name: name.to_owned(),
                step: Some(step.to_owned()),
            })
            .await;
        let focus = Some(field.clone());
        collab.command(CollabCommand::Focus { field: focus }).await;
        let mut text = String::new();
        for letter in value.chars() {
            text.push(letter);
            let (field, text) = (field.clone(), text.clone());
            collab.command(CollabCommand::Type { field, text }).await;
            pause(LETTER).await;
        }
        collab.command(CollabCommand::Commit { field, text }).await;
        collab.command(CollabCommand::Focus { field: None }).await;
    }
}

/// What comes next: a field of a step, and its value.
fn edit() -> Option<(&'static str, &'static str, &'static str)> {
    let mut random = rand::rng();
    let (step, name, values) = FIELDS.choose(&mut random)?;
    Some((step, name, values.choose(&mut random)?))
}

/// Now and then somebody goes to another step.
fn move_on() -> Option<String> {
    let mut random = rand::rng();
    let step = STEPS.choose(&mut random)?;
    random.random_ratio(1, 6).then(|| (*step).to_owned())
}

async fn pause(between: Range<Duration>) {
    let time = rand::rng().random_range(between);
    sleep(time).await;
}
