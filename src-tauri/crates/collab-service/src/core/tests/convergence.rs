//! Any order of edits, cuts and restarts ends with everybody seeing what the service has.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

/// A client as simple as one can be: it keeps the last value that it wrote or heard.
struct Person {
    id: String,
    speaks_service: bool,
    socket: Option<SocketId>,
    values: BTreeMap<String, Value>,
}

impl Person {
    fn join(&mut self, world: &mut World) {
        let socket = if self.speaks_service {
            world.service(&self.id, "P1")
        } else {
            world.deployed(&self.id, "P1", "normal").0
        };
        self.socket = Some(socket);
    }

    fn write(&mut self, world: &mut World, field: &str, value: u32) {
        let Some(socket) = self.socket else { return };
        let (event, arg) = if self.speaks_service {
            (
                "field_completed",
                json!({ "session_id": "P1", "step": 1, "field_name": field, "final_value": value }),
            )
        } else {
            (
                "field_update",
                json!({ "patient_id": "P1", "step": "1", "field": field, "value": value }),
            )
        };
        self.values.insert(field.to_owned(), value.into());
        let ack = world.say(socket, event, arg);
        assert!(ack.is_empty() || ack[0]["status"] == "success", "{ack:?}");
    }
}

fn hear(world: &mut World, people: &mut [Person]) {
    for (to, event, arg) in std::mem::take(&mut world.told) {
        let (field, value) = match event {
            "live_field_updated" => (&arg["field_name"], &arg["final_value"]),
            "field_updated" => (&arg["field"], &arg["value"]),
            _ => continue,
        };
        let field = field.as_str().unwrap().to_owned();
        let mut people = people.iter_mut();
        if let Some(person) = people.find(|person| person.socket == Some(to)) {
            person.values.insert(field, value.clone());
        }
    }
}

#[test]
fn everybody_ends_with_the_values_of_the_service() {
    for seed in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut world = World::new();
        let mut people: Vec<_> = (0..4)
            .map(|number| Person {
                id: format!("u{}", number / 2),
                speaks_service: number % 2 == 0,
                socket: None,
                values: BTreeMap::new(),
            })
            .collect();
        let mut written = 0;
        let mut latest = BTreeMap::new();
        for _ in 0..120 {
            let index = rng.random_range(0..people.len());
            let person = &mut people[index];
            match rng.random_range(0..20) {
                0 => {
                    let in_words = rng.random_bool(0.5);
                    if let Some(socket) = person.socket.take() {
                        world.close(socket, in_words);
                    }
                }
                1 => {
                    world = world.restarted();
                    for person in &mut people {
                        person.socket = None;
                    }
                }
                2 => world.pass(Duration::from_millis(rng.random_range(0..9_000))),
                3..8 if person.socket.is_none() => person.join(&mut world),
                _ if person.socket.is_some() => {
                    let field = format!("field {}", rng.random_range(0..3));
                    written += 1;
                    person.write(&mut world, &field, written);
                    latest.insert(field, json!(written));
                }
                _ => {}
            }
            hear(&mut world, &mut people);
        }
        for person in &mut people {
            if person.socket.is_none() {
                person.join(&mut world);
            }
        }
        hear(&mut world, &mut people);
        for person in &people {
            assert_eq!(person.values, latest, "{} with seed {seed}", person.id);
        }
        let present = world.core.list("P1");
        assert_eq!(ids(&present).len(), 2, "with seed {seed}: {present}");
    }
}
