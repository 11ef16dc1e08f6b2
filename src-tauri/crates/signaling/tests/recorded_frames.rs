//! Every recorded frame is understood: requests and events come out of their types as they
//! went in, answers are read or recognised as the failure they are.

mod recorded;

use recorded::Recorded;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use signaling::GatewayError;
use signaling::wire::{
    ConnectTransport, Consume, ConsumerParameters, ConsumerRef, CreateTransport, GATEWAY, JoinRoom,
    Joined, Produce, Produced, ProducerRef, Reply, RequestData, RequestName, ScreenShareNotice,
    SendChat, ServerEvent, UpdateLanguage,
};

#[test]
fn all_recordings_are_here() {
    let recordings = recorded::all();
    assert_eq!(recordings.len(), 90, "a recording is missing or new");
    assert!(recordings.iter().all(|(_, frames)| !frames.is_empty()));
}

#[test]
fn requests_follow_the_table() {
    for (file, frames) in recorded::all() {
        for frame in frames {
            let Recorded::Request(id, name, data) = frame else {
                continue;
            };
            let row = GATEWAY.request_named(&name).expect("in the table");
            match row.reply {
                Reply::Required => assert!(id.is_some(), "{file}: {name}"),
                Reply::Never => assert!(id.is_none(), "{file}: {name}"),
                Reply::Optional => {}
            }
            match row.data {
                RequestData::None => assert!(data.is_empty(), "{file}: {name}"),
                RequestData::Object => {
                    assert_eq!(data.len(), 1, "{file}: {name}");
                    let exact = !file.starts_with("error-") && file != "chat-defaults";
                    request_data(&file, row.request, &data[0], exact);
                }
            }
        }
    }
}

fn request_data(file: &str, request: RequestName, data: &Value, exact: bool) {
    match request {
        RequestName::JoinRoom => same::<JoinRoom>(file, data, exact),
        RequestName::CreateTransport => same::<CreateTransport>(file, data, exact),
        RequestName::ConnectTransport => same::<ConnectTransport>(file, data, exact),
        RequestName::Produce => same::<Produce>(file, data, exact),
        RequestName::Consume => same::<Consume>(file, data, exact),
        RequestName::ResumeConsumer | RequestName::PauseConsumer => {
            same::<ConsumerRef>(file, data, exact);
        }
        RequestName::PauseProducer | RequestName::ResumeProducer | RequestName::CloseProducer => {
            same::<ProducerRef>(file, data, exact);
        }
        RequestName::Chat => same::<SendChat>(file, data, exact),
        RequestName::ScreenShareStarted | RequestName::ScreenShareStopped => {
            same::<ScreenShareNotice>(file, data, exact);
        }
        RequestName::UpdateLanguage => same::<UpdateLanguage>(file, data, exact),
        other => panic!("{file}: {other} has no data"),
    }
}

/// The data is read, and written again with every field that it had.
fn same<T: Serialize + DeserializeOwned>(file: &str, data: &Value, exact: bool) {
    match serde_json::from_value::<T>(data.clone()) {
        Ok(typed) if exact => {
            let mut written = serde_json::to_value(&typed).unwrap();
            let mut expected = data.clone();
            // Ignored by the gateway, and not sent by this client.
            expected.as_object_mut().unwrap().remove("appData");
            normalise(&mut written);
            normalise(&mut expected);
            assert_eq!(written, expected, "{file}");
        }
        Ok(_) => {}
        Err(error) => assert!(!exact, "{file}: {error}"),
    }
}

/// Removes what says nothing (empty objects, empty texts, false); 4 and 4.0 are the same.
fn normalise(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(normalise);
            fields.retain(|_, field| {
                !matches!(field, Value::Bool(false) | Value::Null)
                    && field.as_object().is_none_or(|inner| !inner.is_empty())
                    && field.as_str() != Some("")
            });
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Number(number) => *value = number.as_f64().into(),
        _ => {}
    }
}

#[test]
fn answers_are_read_or_recognised_as_failures() {
    let mut read = 0;
    let mut failed = 0;
    for (file, frames) in recorded::all() {
        for frame in frames {
            let Recorded::Answer(name, args) = frame else {
                continue;
            };
            let row = GATEWAY.request_named(&name).expect("in the table");
            if let Some(error) = GatewayError::in_ack(row.request, &args) {
                let late = file == "join-room-overtakes-leave-room";
                assert!(file.starts_with("error-") || late, "{file}: {error:?}");
                failed += 1;
                continue;
            }
            read += 1;
            match row.request {
                RequestName::JoinRoom => answer::<Joined>(&file, args),
                RequestName::CreateTransport => answer::<ortc::TransportParameters>(&file, args),
                RequestName::Produce => answer::<Produced>(&file, args),
                RequestName::Consume => answer::<ConsumerParameters>(&file, args),
                RequestName::RouterCapabilities => answer::<ortc::RtpCapabilities>(&file, args),
                RequestName::ConnectTransport => assert_eq!(args, [serde_json::json!({})]),
                RequestName::CreateRoom => assert!(args[0]["roomId"].is_string()),
                _ => assert!(args.is_empty(), "{file}: {name}"),
            }
        }
    }
    assert!(read > 50, "{read} answers read");
    assert!(failed > 20, "{failed} failures recognised");
}

fn answer<T: DeserializeOwned>(file: &str, mut args: Vec<Value>) {
    assert_eq!(args.len(), 1, "{file}");
    let read = serde_json::from_value::<T>(args.remove(0));
    assert!(read.is_ok(), "{file}: {:?}", read.err());
}

#[test]
fn events_come_out_as_they_went_in() {
    let mut seen = std::collections::BTreeSet::new();
    for (file, frames) in recorded::all() {
        for frame in frames {
            let Recorded::Event(name, args) = frame else {
                continue;
            };
            let event = ServerEvent::read(&GATEWAY, &name, args.clone())
                .expect("a known event")
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(GATEWAY.event(event.name()), Some(name.as_str()), "{file}");
            assert_eq!(vec![event.data()], args, "{file}");
            seen.insert(event.name());
        }
    }
    assert_eq!(
        seen.len(),
        GATEWAY.events.len(),
        "an event has no recording"
    );
}
