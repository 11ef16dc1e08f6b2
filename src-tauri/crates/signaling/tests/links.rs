//! Every shape of link, and every wrong one.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use signaling::{LinkError, RoomId, RoomLink};

fn parse(input: &str) -> RoomLink {
    RoomLink::parse(input).unwrap_or_else(|error| panic!("{input}: {error}"))
}

fn site_and_room(input: &str) -> (String, String) {
    let link = parse(input);
    let site = link.site.map(String::from).unwrap_or_default();
    (site, link.room.as_str().to_owned())
}

#[test]
fn every_shape_of_address() {
    for (input, site, room) in [
        (
            "https://jbcalling.site/room/abc",
            "https://jbcalling.site/",
            "abc",
        ),
        (
            "https://jbcalling.site/room/abc/",
            "https://jbcalling.site/",
            "abc",
        ),
        (
            "  https://jbcalling.site/room/AbC?x=1#y \n",
            "https://jbcalling.site/",
            "AbC",
        ),
        (
            "HTTPS://JBcalling.SITE/room/AbC",
            "https://jbcalling.site/",
            "AbC",
        ),
        (
            "http://127.0.0.1:3000/room/x",
            "http://127.0.0.1:3000/",
            "x",
        ),
        ("http://[::1]:3000/room/x", "http://[::1]:3000/", "x"),
        (
            "https://a.example/calls/room/x",
            "https://a.example/calls/",
            "x",
        ),
        ("https://a.example/room/room", "https://a.example/", "room"),
        (
            "https://a.example/room/ph%C3%B2ng%20h%E1%BB%8Dp",
            "https://a.example/",
            "phòng họp",
        ),
        (
            "https://a.example/room/phòng",
            "https://a.example/",
            "phòng",
        ),
        (
            "https://a.example/room/a%2Fb%3Fc%23d%25",
            "https://a.example/",
            "a/b?c#d%",
        ),
        (
            "https://a.example/room/50%off",
            "https://a.example/",
            "50%off",
        ),
        ("https://a.example/room/a+b", "https://a.example/", "a+b"),
        (
            "https://a.example/room/dXNlcl8xX3VzZXJfMg==?data=e30=",
            "https://a.example/",
            "dXNlcl8xX3VzZXJfMg==",
        ),
        ("https://a.example/?room=abc", "https://a.example/", "abc"),
        ("https://a.example/?roomId=abc", "https://a.example/", "abc"),
        (
            "https://a.example/?room_id=a%20b",
            "https://a.example/",
            "a b",
        ),
        (
            "https://a.example/#/room/abc?username=An",
            "https://a.example/",
            "abc",
        ),
        ("https://a.example/#!/room/abc", "https://a.example/", "abc"),
        ("wss://a.example/room/abc", "https://a.example/", "abc"),
        ("jbcalling.site/room/abc", "https://jbcalling.site/", "abc"),
        ("127.0.0.1:3000/room/x", "http://127.0.0.1:3000/", "x"),
        ("localhost:3000/room/x", "http://localhost:3000/", "x"),
        ("192.168.1.7/room/x", "http://192.168.1.7/", "x"),
        ("[fd00::1]:8080/room/x", "http://[fd00::1]:8080/", "x"),
        ("laptop.local:8080/room/x", "http://laptop.local:8080/", "x"),
        ("8.8.8.8:8080/room/x", "https://8.8.8.8:8080/", "x"),
        ("/room/abc", "https://jbcalling.site/", "abc"),
        ("room/abc", "https://jbcalling.site/", "abc"),
        (
            "Come in: https://a.example/room/abc, at nine.",
            "https://a.example/",
            "abc",
        ),
        ("<https://a.example/room/abc>", "https://a.example/", "abc"),
        (
            "\"https://a.example/room/abc\"",
            "https://a.example/",
            "abc",
        ),
        (
            "https://a.example/room/abc\nSee you there",
            "https://a.example/",
            "abc",
        ),
        (
            "(jbcall://a.example/room/abc).",
            "https://a.example/",
            "abc",
        ),
    ] {
        assert_eq!(site_and_room(input), (site.into(), room.into()), "{input}");
    }
}

#[test]
fn every_shape_of_app_link() {
    for (input, site, room) in [
        (
            "jbcall://join?link=https%3A%2F%2Fa.example%2Froom%2Fabc",
            "https://a.example/",
            "abc",
        ),
        (
            "jbcall://join/?link=https%3A%2F%2Fa.example%2Froom%2Fabc",
            "https://a.example/",
            "abc",
        ),
        (
            "JBCALL://Join?Link=http://127.0.0.1:3000/room/x",
            "http://127.0.0.1:3000/",
            "x",
        ),
        (
            "jbcall://open?url=a.example/room/abc",
            "https://a.example/",
            "abc",
        ),
        ("jbcall://join?link=abc", "", "abc"),
        ("jbcall://join?room=AbC", "", "AbC"),
        (
            "jbcall://join?room=abc&site=https://a.example/calls",
            "https://a.example/calls/",
            "abc",
        ),
        (
            "jbcall://join?room=abc&site=192.168.1.2:3000",
            "http://192.168.1.2:3000/",
            "abc",
        ),
        ("jbcall://join/AbC", "", "AbC"),
        (
            "jbcall://join/https%3A%2F%2Fa.example%2Froom%2Fabc",
            "https://a.example/",
            "abc",
        ),
        ("jbcall://room/AbC", "", "AbC"),
        ("jbcall:room/AbC", "", "AbC"),
        ("jbcall:AbC", "", "AbC"),
        ("jbcall://AbC/", "", "AbC"),
        ("jbcall://ph%C3%B2ng", "", "phòng"),
        ("jbcall://a.example/room/AbC", "https://a.example/", "AbC"),
        (
            "jbcall://127.0.0.1:3000/room/x?username=An",
            "http://127.0.0.1:3000/",
            "x",
        ),
        (
            "jbcall://localhost:3000/room/x",
            "http://localhost:3000/",
            "x",
        ),
        (
            "jbcall://a.example:8443/room/x",
            "https://a.example:8443/",
            "x",
        ),
        ("jbcall:https://a.example/room/x", "https://a.example/", "x"),
        (
            "jbcall://https//a.example/room/x",
            "https://a.example/",
            "x",
        ),
        (
            "jbcall://https:/a.example/room/x",
            "https://a.example/",
            "x",
        ),
        ("jbcall://a.example/?room=x", "https://a.example/", "x"),
    ] {
        assert_eq!(site_and_room(input), (site.into(), room.into()), "{input}");
    }
    let link = parse("jbcall://join?room=abc&gateway=wss://g.example&name=An");
    assert_eq!(link.gateway.unwrap().as_str(), "https://g.example/");
    assert_eq!(link.name.as_deref(), Some("An"));
    let web = parse("https://a.example/room/abc?gateway=https://evil.example");
    assert_eq!(web.gateway, None, "a web link cannot move its people");
}

#[test]
fn bare_codes_are_kept_as_they_are() {
    for code in [
        "abc",
        "ABC123",
        "k3vd-9xwq-mh7t",
        "phòng họp",
        "ph\u{6f}\u{300}ng",
        "👋🏽",
        "a.b",
        "my.room",
        "user_1_user_2",
        "dXNlcl8xX3VzZXJfMg==",
        "50%off",
        "a:b",
        "x y  z",
        "a?b",
        "abc/def==",
        "1e3",
    ] {
        assert_eq!(site_and_room(code), (String::new(), code.into()), "{code}");
    }
    assert_eq!(parse("  abc \t").room.as_str(), "abc");
}

#[test]
fn what_cannot_be_joined_says_why() {
    let long = "a".repeat(20_000);
    let long_room = format!("https://a.example/room/{}", "b".repeat(600));
    for (input, code) in [
        ("", "link.empty"),
        (" \n", "link.empty"),
        (long.as_str(), "link.too-long"),
        (long_room.as_str(), "link.too-long"),
        ("ftp://a.example/room/x", "link.scheme"),
        ("javascript://a.example/room/x", "link.scheme"),
        ("file:///room/x", "link.scheme"),
        ("jbcall://join?link=jbcall://join", "link.scheme"),
        ("jbcall://join?link=file:///etc/passwd", "link.scheme"),
        ("http://", "link.malformed"),
        ("https://a.example:99999/room/x", "link.malformed"),
        ("https://[::1/room/x", "link.malformed"),
        ("https://a.example/room/my room", "link.malformed"),
        (
            "https://jbcalling.site@evil.example/room/x",
            "link.malformed",
        ),
        ("https://a.example/room/a%00b", "link.malformed"),
        ("a\u{7}b", "link.malformed"),
        ("https://a.example", "link.no-room"),
        ("https://a.example/", "link.no-room"),
        ("https://a.example/room", "link.no-room"),
        ("https://a.example/room/", "link.no-room"),
        ("https://a.example/room/..", "link.no-room"),
        ("https://a.example/login", "link.no-room"),
        ("https://a.example/#/room/#/room/#/room/x", "link.no-room"),
        ("jbcalling.site", "link.no-room"),
        ("127.0.0.1:3000", "link.no-room"),
        ("localhost:3000", "link.no-room"),
        ("jbcall:", "link.no-room"),
        ("jbcall://", "link.no-room"),
        ("jbcall://join", "link.no-room"),
        ("jbcall://localhost:3000", "link.no-room"),
        ("https://a.example/room/x/settings", "link.extra-path"),
        ("https://a.example/room/abc/def==", "link.extra-path"),
        ("jbcall://room/a/b", "link.extra-path"),
    ] {
        let error = RoomLink::parse(input).expect_err(input);
        assert_eq!(error.code(), code, "{input}");
        let sentence = error.to_string();
        assert!(sentence.ends_with('.') && sentence.len() > 30, "{sentence}");
    }
    let error = RoomLink::parse("http://127.0.0.1:3000").unwrap_err();
    assert!(
        error.to_string().contains("http://127.0.0.1:3000/room/"),
        "{error}"
    );
}

#[test]
fn people_in_links() {
    use base64::Engine;
    let json = r#"{"username":"Nguyễn Văn Ân 👋>>??","userid":17,"token":"t.o.k","partner_name":"Bình","source_lang":"vi","target_lang":"en-US","timestamp":1760000000000}"#;
    let standard = base64::engine::general_purpose::STANDARD.encode(json);
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json);
    let escaped = standard
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let twice = escaped.replace('%', "%25");
    assert!(
        standard.contains('+') || standard.contains('/'),
        "{standard}"
    );
    for data in [
        &standard,
        &url_safe,
        &escaped,
        &twice,
        &standard.trim_end_matches('=').to_owned(),
    ] {
        let link = parse(&format!(
            "https://a.example/room/r?data={data}&username=plain"
        ));
        assert_eq!(link.name.as_deref(), Some("Nguyễn Văn Ân 👋>>??"), "{data}");
        assert_eq!(link.user_id.as_deref(), Some("17"));
        assert_eq!(link.token.as_deref(), Some("t.o.k"));
        assert_eq!(link.partner_name.as_deref(), Some("Bình"));
        assert_eq!(link.source_language.unwrap().as_str(), "vi");
        assert_eq!(link.target_language.unwrap().as_str(), "en");
        assert!(!link.data_unreadable);
    }
    // "ï" in Latin-1, as btoa makes it.
    let latin = base64::engine::general_purpose::STANDARD.encode(b"{\"username\":\"Lo\xEFc\"}");
    assert_eq!(
        parse(&format!("https://a.example/room/r?data={latin}"))
            .name
            .as_deref(),
        Some("Loïc")
    );
}

#[test]
fn all_spellings_of_parameters() {
    for (query, name, source, target) in [
        (
            "username=An&source_lang=vi&target_lang=en",
            "An",
            "vi",
            "en",
        ),
        ("user_name=An&sourceLang=vi&targetLang=en", "An", "vi", "en"),
        (
            "userName=An&lang_source=VI&lang_target=EN",
            "An",
            "vi",
            "en",
        ),
        (
            "name=An&sourceLanguage=vi-VN&targetLanguage=en_GB",
            "An",
            "vi",
            "en",
        ),
        (
            "displayName=+An+&source_language=vi&target_language=en",
            "An",
            "vi",
            "en",
        ),
        (
            "username=&user_name=An&source_lang=&lang_source=vi&target_lang=en",
            "An",
            "vi",
            "en",
        ),
    ] {
        let link = parse(&format!("https://a.example/room/r?{query}"));
        assert_eq!(link.name.as_deref(), Some(name), "{query}");
        assert_eq!(link.source_language.unwrap().as_str(), source, "{query}");
        assert_eq!(link.target_language.unwrap().as_str(), target, "{query}");
    }
    let link = parse("https://a.example/room/r?source_lang=klingon!&auto_join=true");
    assert_eq!(link.source_language, None);
    assert!(link.auto_join);
    assert!(!parse("https://a.example/room/r?auto_join=false").auto_join);
}

#[test]
fn unreadable_data_does_not_keep_anybody_out() {
    for data in ["%%%", "not+base64!", "bnVsbA==", "W10=", "eyJhIjo=", "%FF"] {
        let link = parse(&format!("https://a.example/room/r?data={data}&username=An"));
        assert!(link.data_unreadable, "{data}");
        assert_eq!(link.name.as_deref(), Some("An"));
        assert_eq!(link.room.as_str(), "r");
    }
    assert!(!parse("https://a.example/room/r?data=").data_unreadable);
    let nested =
        parse("https://a.example/room/r?data=%7B%22username%22%3A%5B%5D%2C%22userid%22%3Anull%7D");
    assert_eq!((nested.name, nested.user_id), (None, None));
}

#[test]
fn shared_links_hold_the_room_and_nothing_of_the_person() {
    let link = parse("https://a.example/room/ph%C3%B2ng%20%2F1?username=An&token=secret#x");
    assert_eq!(
        link.share_link(),
        "https://a.example/room/ph%C3%B2ng%20%2F1"
    );
    assert_eq!(parse("abc").share_link(), "https://jbcalling.site/room/abc");
    let site = "http://192.168.1.2:3000/".parse().unwrap();
    let own = parse("abc").with_default_site(&site);
    assert_eq!(own.share_link(), "http://192.168.1.2:3000/room/abc");
    assert_eq!(
        own.app_link(),
        "jbcall://join?link=http%3A%2F%2F192.168.1.2%3A3000%2Froom%2Fabc"
    );
    assert_eq!(link.clone().with_default_site(&site).site, link.site);
    assert!(!format!("{link:?}").contains("secret"));
}

#[test]
fn rooms_named_like_steps_in_a_path_are_shared_too() {
    for room in [".", ".."] {
        let site = "https://a.example/calls/".parse().unwrap();
        let link = RoomLink::to_room(RoomId::new(room).unwrap(), Some(site));
        assert_eq!(parse(&link.share_link()), link);
    }
}

proptest! {
    #[test]
    fn a_shared_room_comes_back_exactly(room in "\\PC{1,40}") {
        let room = RoomId::new(room).unwrap();
        let site = "https://a.example/calls/".parse().unwrap();
        let link = RoomLink::to_room(room, Some(site));
        prop_assert_eq!(&parse(&link.share_link()), &link);
        prop_assert_eq!(&parse(&link.app_link()), &link);
    }

    #[test]
    fn anything_is_a_link_or_an_error(input in "\\PC{0,200}") {
        let _ = RoomLink::parse(&input);
    }
}

/// Real links, cut, joined and bitten into, from a fixed seed.
#[test]
fn mutated_links_never_panic() {
    let seeds = [
        "https://jbcalling.site/room/phòng?data=eyJ1c2VybmFtZSI6IkFuIn0=&source_lang=vi",
        "jbcall://join?link=https%3A%2F%2Fa.example%2Froom%2Fabc&gateway=wss://g",
        "jbcall://https//[::1]:3000/#/room/%2e%2e?room=x",
        "127.0.0.1:3000/room/x%",
        "http://a@b:c/room/",
        "ftp://x",
        "“jbcall:👋” ",
        "room//room/..",
    ];
    let pieces = [
        "%", "://", "/room/", "?data=", "#", "@", "[", "]", ":", "\u{0}", "jbcall:", "http", "=",
        "&", "\u{FEFF}", " ", "..", "%C3",
    ];
    let mut rng = StdRng::seed_from_u64(0x1f_2e);
    let mut joined = 0;
    for _ in 0..60_000 {
        let mut text: Vec<char> = seeds[rng.random_range(0..seeds.len())].chars().collect();
        for _ in 0..rng.random_range(1..6) {
            let at = rng.random_range(0..=text.len());
            match rng.random_range(0..4) {
                0 => text.truncate(at),
                1 if at < text.len() => text[at] = char::from(rng.random_range(0..=255u8)),
                2 => {
                    let piece = pieces[rng.random_range(0..pieces.len())];
                    text.splice(at..at, piece.chars());
                }
                _ => {
                    let other = seeds[rng.random_range(0..seeds.len())];
                    text.splice(at.., other.chars().skip(at));
                }
            }
        }
        let text: String = text.into_iter().collect();
        match RoomLink::parse(&text) {
            Ok(link) => {
                joined += 1;
                let shared = RoomLink::parse(&link.share_link());
                assert_eq!(shared.map(|shared| shared.room), Ok(link.room), "{text}");
            }
            Err(error) => assert!(error.code().starts_with("link."), "{text}"),
        }
    }
    assert!(joined > 5_000, "{joined}");
    assert!(matches!(RoomLink::parse("\u{FEFF}"), Err(LinkError::Empty)));
}
