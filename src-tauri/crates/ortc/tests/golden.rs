//! The same results as mediasoup-client's, on files made by running it (see golden/generate.mjs).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ortc::{
    CodecOrder, MediaKind, RtpCapabilities, RtpParameters, can_consume, can_receive, can_send,
    extended_rtp_capabilities, normalise, recv_rtp_capabilities, reduce_codecs,
    send_rtp_capabilities, sending_remote_rtp_parameters, sending_rtp_parameters,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn load<T: DeserializeOwned>(name: &str) -> BTreeMap<String, T> {
    fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                value,
            )
        })
        .collect()
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Reads like a diff: only what differs.
fn assert_same(what: &str, ours: &Value, theirs: &Value) {
    if let (Value::Object(a), Value::Object(b)) = (ours, theirs) {
        for key in a.keys().chain(b.keys()) {
            let none = Value::Null;
            let (a, b) = (a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none));
            assert_same(&format!("{what}.{key}"), a, b);
        }
    } else if let (Value::Array(a), Value::Array(b)) = (ours, theirs) {
        assert_eq!(a.len(), b.len(), "{what}: {ours} instead of {theirs}");
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            assert_same(&format!("{what}[{index}]"), a, b);
        }
    } else if let (Value::Number(a), Value::Number(b)) = (ours, theirs) {
        // JSON does not tell 4 from 4.0.
        assert_eq!(a.as_f64(), b.as_f64(), "{what}");
    } else {
        assert_eq!(ours, theirs, "{what}");
    }
}

#[test]
fn the_algebra_gives_mediasoup_clients_results() {
    let routers = load::<RtpCapabilities>("routers");
    let devices = load::<RtpCapabilities>("devices");
    let parameters = load::<RtpParameters>("parameters");
    let expected = fs::read_to_string(folder("expected.json")).unwrap();
    let cases: Vec<Map<String, Value>> = serde_json::from_str(&expected).unwrap();
    assert_eq!(cases.len(), routers.len() * devices.len() * 2);

    for case in cases {
        let name = |key: &str| case[key].as_str().unwrap();
        let (router, device) = (&routers[name("router")], &devices[name("device")]);
        let prefer_local = case["preferLocal"].as_bool().unwrap();
        let title = format!("{} {} {prefer_local}", name("router"), name("device"));
        let order = if prefer_local {
            CodecOrder::Local
        } else {
            CodecOrder::Remote
        };

        let extended = extended_rtp_capabilities(device, router, order).unwrap();
        assert_same(
            &format!("{title} extended"),
            &json(&extended),
            &case["extended"],
        );
        let recv = recv_rtp_capabilities(&extended);
        assert_same(&format!("{title} recv"), &json(&recv), &case["recv"]);
        let send = send_rtp_capabilities(&extended);
        assert_same(&format!("{title} send"), &json(&send), &case["send"]);

        for kind in [MediaKind::Audio, MediaKind::Video] {
            let title = format!("{title} {kind}");
            let expected = &case["kinds"][kind.as_str()];
            assert_eq!(can_send(kind, &send), expected["canSend"], "{title}");
            let sending = sending_rtp_parameters(kind, &extended);
            assert_same(
                &format!("{title} sending"),
                &json(&sending),
                &expected["sending"],
            );
            let remote = sending_remote_rtp_parameters(kind, &extended);
            assert_same(
                &format!("{title} sendingRemote"),
                &json(&remote),
                &expected["sendingRemote"],
            );
            let first = reduce_codecs(&sending.codecs, None).ok();
            assert_same(
                &format!("{title} first"),
                &json(&first),
                &expected["firstCodec"],
            );
            let each: Vec<_> = normalise(device)
                .unwrap()
                .codecs
                .iter()
                .map(|codec| reduce_codecs(&sending.codecs, Some(codec)).ok())
                .collect();
            assert_same(
                &format!("{title} codecFor"),
                &json(&each),
                &expected["codecFor"],
            );
        }
        for (name, expected) in case["canReceive"].as_object().unwrap() {
            let ours = can_receive(&parameters[name], &recv);
            assert_eq!(ours, *expected, "{title} canReceive {name}");
        }
        for (name, expected) in case["canConsume"].as_object().unwrap() {
            let ours = can_consume(&parameters[name], &recv);
            assert_eq!(ours, *expected, "{title} canConsume {name}");
        }
    }
}

/// Simulcast and all other recorded parameters come out as they went in.
#[test]
fn recorded_parameters_survive_reading_and_writing() {
    let raw = load::<Value>("parameters");
    for (name, typed) in load::<RtpParameters>("parameters") {
        let written = json(&typed);
        let mut original = raw[&name].clone();
        // Defaults that mediasoup fills in as well.
        for (part, default) in [("headerExtensions", "[]"), ("rtcp", "{}")] {
            if original.get(part).is_none() {
                original[part] = serde_json::from_str(default).unwrap();
            }
        }
        for list in ["codecs", "headerExtensions"] {
            for entry in original[list].as_array_mut().unwrap() {
                if entry.get("parameters").is_none() {
                    entry["parameters"] = Value::Object(Map::new());
                }
                if list == "codecs" && entry.get("rtcpFeedback").is_none() {
                    entry["rtcpFeedback"] = Value::Array(Vec::new());
                }
                if list == "headerExtensions" && entry.get("encrypt").is_none() {
                    entry["encrypt"] = Value::Bool(false);
                }
                for feedback in entry
                    .get_mut("rtcpFeedback")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    if feedback.get("parameter").is_none() {
                        feedback["parameter"] = Value::String(String::new());
                    }
                }
            }
        }
        assert_same(&name, &written, &original);
    }
}
