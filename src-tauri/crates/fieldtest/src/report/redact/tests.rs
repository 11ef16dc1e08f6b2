//! Each way in which something may come back.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const ROOM: &str = "bệnh viện/12";
const NAME: &str = "Nguyễn Văn An";

fn redactor() -> Redactor {
    let mut redactor = Redactor::default();
    redactor.room(&RoomId::new(ROOM).expect("a room"));
    redactor.secret(Kind::Person, NAME);
    redactor.secret(Kind::Person, "An");
    redactor.secret(Kind::Secret, "s3cr3t!pass");
    redactor.server("gateway.example");
    redactor.server("203.0.113.5");
    redactor.server("2001:db8::5");
    redactor
}

#[test]
fn known_things_are_found_in_every_encoding_and_stay_equal() {
    let mut redactor = redactor();
    let percent: String = url::form_urlencoded::byte_serialize(ROOM.as_bytes()).collect();
    for form in [
        ROOM.to_owned(),
        ROOM.to_uppercase(),
        percent.replace('+', "%20"),
        percent,
        STANDARD.encode(ROOM),
        URL_SAFE_NO_PAD.encode(ROOM),
        "b\\u1ec7nh vi\\u1ec7n/12".to_owned(),
    ] {
        let text = redactor.text(&format!("it was [{form}]"));
        assert_eq!(text, "it was [room-1]", "{form}");
    }
}

#[test]
fn a_rewritten_room_is_the_same_room() {
    let id = STANDARD.encode("ward_12");
    let room = RoomId::new(id.clone()).expect("a room");
    assert_eq!(room.rewritten().as_deref(), Some("ward_12"));
    let mut redactor = Redactor::default();
    redactor.room(&room);
    let text = redactor.text(&format!("asked {id}, got ward_12"));
    assert!(!text.contains("ward"), "{text}");
    assert!(!text.contains(&id), "{text}");
}

#[test]
fn a_short_name_is_hidden_as_a_word_only() {
    let mut redactor = redactor();
    let text = redactor.text("An answered; Another answer; /x?n=%20An&y; \\nAn");
    assert_eq!(
        text,
        "person-2 answered; Another answer; /x?n=%20person-2&y; \\nperson-2"
    );
}

#[test]
fn servers_stay_although_a_room_is_named_like_them() {
    let mut redactor = Redactor::default();
    redactor.server("gateway.example");
    redactor.secret(Kind::Room, "gateway");
    let text = redactor.text("https://gateway.example:443/ in gateway");
    assert_eq!(text, "https://gateway.example:443/ in room-1");
}

#[test]
fn addresses_of_people_go_those_of_servers_stay() {
    let mut redactor = redactor();
    let text = redactor.text(
        "203.0.113.5:443 127.0.0.1 198.51.100.7:5000 [2001:db8::5]:443 ::1 [2001:db8::99]:1 fe80::1%eth0",
    );
    assert_eq!(
        text,
        "203.0.113.5:443 127.0.0.1 address-1:5000 [2001:db8::5]:443 ::1 [address-2]:1 address-3"
    );
    let text = redactor
        .text("raddr:1:198.51.100.7 ::ffff:198.51.100.7 addr:2001:db8::99 at 00:1a:2b:3c:4d:5e");
    assert_eq!(
        text,
        "raddr:1:address-1 address-1 addr:address-2 at address-4"
    );
}

#[test]
fn what_only_looks_like_an_address_stays() {
    let mut redactor = redactor();
    let fingerprint = "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89";
    for text in [
        "14:02:11",
        "std::io::Error",
        "nginx/1.22.1",
        fingerprint,
        "::",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn what_stands_where_secrets_stand_is_hidden() {
    let mut redactor = redactor();
    for (text, secret) in [
        ("Authorization: Bearer abc.def", "abc.def"),
        ("GET /socket.io/?EIO=4&sid=tiny&t=1", "tiny"),
        ("{\"sid\":\"tiny\",\"upgrades\":[]}", "tiny"),
        ("GET /socket.io/?EIO=4&patient_id=tiny", "tiny"),
        ("42[\"join\",{\"patient_id\":\"tiny\"}]", "tiny"),
        ("{\\\"roomId\\\":\\\"tiny\\\"}", "tiny"),
        ("/room/tiny?x=1", "tiny"),
        ("Location: https://user:tiny@host.example/", "tiny"),
        ("TURN_SECRET: 'tiny',", "tiny"),
        ("a=ice-pwd:tiny", "tiny"),
        ("Set-Cookie: lb=tiny; Path=/; HttpOnly", "tiny"),
        ("cookie: a=b; io=tiny", "tiny"),
        ("ask tiny.person@mail.example", "tiny"),
        ("open /home/tiny/.config", "tiny"),
        (
            "\"Invalid session g3aARehqLGyGbWVpAAAA\"",
            "g3aARehqLGyGbWVpAAAA",
        ),
        ("eyJhbGciOi.eyJzdWIi.c2ln", "eyJzdWIi"),
    ] {
        let redacted = redactor.text(text);
        assert!(!redacted.contains(secret), "{redacted}");
    }
}

#[test]
fn what_operators_read_stays() {
    let mut redactor = redactor();
    for text in [
        "400 \"Invalid websocket upgrade\"",
        "{\"detail\":\"Service not found\"}",
        "0{\"upgrades\":[\"websocket\"],\"pingTimeout\":20000,\"pingInterval\":25000}",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "text/plain; charset=UTF-8",
        "Fri, 20 Nov 2026 20:38:32 GMT",
        "<hr><center>nginx/1.22.1</center>",
        "44{\"message\":\"Connection rejected by server\"}",
        "/socket.io/?EIO=4&transport=polling",
        "CN=gateway.example, issuer Let's Encrypt R11, until 2027-01-01T00:00:00Z",
    ] {
        assert_eq!(redactor.text(text), text);
    }
    let cookie = redactor.text("Set-Cookie: SERVERID=tiny; Path=/; HttpOnly");
    assert_eq!(cookie, "Set-Cookie: SERVERID=secret-2; Path=/; HttpOnly");
}

#[test]
fn base64_of_something_longer_is_looked_into() {
    let mut redactor = redactor();
    let data = STANDARD.encode(format!("{{\"username\":\"{NAME}\"}}"));
    let text = redactor.text(&format!("x {data} y"));
    assert!(!text.contains(&data), "{text}");
}

#[test]
fn values_of_any_shape_are_walked_keys_and_headers_included() {
    let mut redactor = redactor();
    let value = json!({
        "received": { NAME: 3 },
        "headers": [["Set-Cookie", "lb=abc; Path=/"], ["Server", "nginx/1.22.1"]],
        "early": "later-known-77 was here",
        "deep": [{ "participantId": "later-known-77", "count": 1, "none": null }],
        "cookie": "io=abc",
    });
    let redacted = redactor.value(&value);
    let text = redacted.to_string();
    assert!(!text.contains("Nguy"), "{text}");
    assert!(!text.contains("later-known-77"), "{text}");
    assert!(!text.contains("abc"), "{text}");
    assert!(text.contains("nginx/1.22.1"), "{text}");
    assert_eq!(redacted["deep"][0]["count"], 1);
    let id = redacted["deep"][0]["participantId"].as_str().expect("text");
    assert!(text.contains(&format!("{id} was here")), "{text}");
}

#[test]
fn a_room_named_like_a_placeholder_gets_another_one() {
    let mut redactor = Redactor::default();
    redactor.secret(Kind::Room, "room-1");
    assert_eq!(redactor.text("in room-1"), "in room-2");
}

#[test]
fn odd_input_is_no_trouble() {
    let mut redactor = redactor();
    let colons = ":".repeat(20_000);
    for text in [
        "",
        "%",
        "\\",
        "\"",
        "=",
        colons.as_str(),
        "\u{0}\u{202e}é",
        "1.2.3.",
        "::::::1.2.3.4",
    ] {
        let _ = redactor.text(text);
    }
}

/// A secret of a person's making: letters of several scripts, spaces, signs.
fn secret() -> impl Strategy<Value = String> {
    "[a-zà-ỹ0-9][a-zA-Zà-ỹ0-9 _./+&\"<>-]{6,24}[a-z0-9]".prop_filter("with a letter", |text| {
        text.chars().any(char::is_alphabetic)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_form_of_a_known_secret_survives(secret in secret(), before in "\\PC{0,12}", after in "\\PC{0,12}") {
        let mut redactor = Redactor::default();
        redactor.server("gateway.example");
        redactor.secret(Kind::Room, &secret);
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::to_string(&secret).expect("JSON");
        let json = json.trim_matches('"').to_owned();
        let base64 = STANDARD.encode(&secret);
        for wrapped in [
            format!("{before}{secret}{after}"),
            format!("https://gateway.example/room/{}?x={after}", form.replace('+', "%20")),
            format!("https://gateway.example/?{before}&room={form}"),
            format!("42[\"joined\",{{\"roomId\":\"{json}\",\"x\":\"{json}\"}}]"),
            format!("{before} {base64} {after}"),
        ] {
            let redacted = redactor.text(&wrapped);
            for hidden in [&secret, &form, &json, &base64.trim_end_matches('=').to_owned()] {
                prop_assert!(!redacted.contains(hidden.as_str()), "{} in {}", hidden, redacted);
            }
        }
    }

    #[test]
    fn texts_of_strangers_never_panic(text in "\\PC{0,200}") {
        let mut redactor = redactor();
        let _ = redactor.text(&text);
        let _ = redactor.value(&json!({ &text: [&text, &text] }));
    }
}
