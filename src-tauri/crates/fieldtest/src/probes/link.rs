//! Reads what was given, before anything is asked.

use signaling::link::{ParameterName, server_address};
use signaling::{LinkError, RoomId, RoomLink};
use url::Url;

use crate::facts::{LinkFacts, LinkFault, LinkKind, LinkParameter, LinkRoom, Rewrite};

/// Longest room code that the web client's form takes, in characters.
const BROWSER_ROOM_CHARS: usize = 50;

/// What is to be tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A room, with its site.
    Room(Box<RoomLink>),
    /// A server alone, by its base address.
    Server(Url),
}

impl Target {
    /// Base address of the site or server.
    pub fn site(&self) -> Url {
        match self {
            Self::Room(link) => link.site_or_default(),
            Self::Server(site) => site.clone(),
        }
    }

    /// A link on the same server to a room of one's own, for probes that join.
    pub fn with_room(&self, room: RoomId) -> RoomLink {
        let mut link = RoomLink::to_room(room, Some(self.site()));
        if let Self::Room(given) = self {
            link.gateway = given.gateway.clone();
        }
        link
    }
}

/// Reads a link, a server's address or a room's code. Without a target nothing else can be tested.
pub fn read(input: &str) -> (LinkFacts, Option<Target>) {
    match RoomLink::parse(input) {
        Ok(link) => (describe(&link), Some(Target::Room(Box::new(link)))),
        Err(error) => match server(input, &error) {
            Some(site) => {
                let facts = LinkFacts {
                    kind: LinkKind::Server,
                    site: Some(site.to_string()),
                    ..LinkFacts::default()
                };
                (facts, Some(Target::Server(site)))
            }
            None => (refuse(&error), None),
        },
    }
}

/// The server of an address without a room.
fn server(input: &str, error: &LinkError) -> Option<Url> {
    match error {
        LinkError::NoRoom { .. } => server_address(input).ok(),
        _ => None,
    }
}

fn refuse(error: &LinkError) -> LinkFacts {
    LinkFacts {
        error: Some(LinkFault {
            code: error.code().to_owned(),
            message: error.to_string(),
        }),
        ..LinkFacts::default()
    }
}

fn describe(link: &RoomLink) -> LinkFacts {
    LinkFacts {
        kind: match link.site {
            Some(_) => LinkKind::Room,
            None => LinkKind::Code,
        },
        site: link.site.as_ref().map(Url::to_string),
        gateway: link.gateway.as_ref().map(Url::to_string),
        room: Some(room(&link.room)),
        record: None,
        parameters: link.parameters.iter().map(parameter).collect(),
        source_language: link.source_language.as_ref().map(ToString::to_string),
        target_language: link.target_language.as_ref().map(ToString::to_string),
        data_unreadable: link.data_unreadable,
        error: None,
    }
}

fn room(id: &RoomId) -> LinkRoom {
    let characters = id.as_str().chars().count();
    let unescaped = id.as_str().contains(['/', '?', '#', '%']);
    LinkRoom {
        characters,
        rewrite: match id.rewritten() {
            None => Rewrite::None,
            Some(text) if is_readable(&text) => Rewrite::Readable,
            Some(_) => Rewrite::Garbage,
        },
        fits_browsers: characters <= BROWSER_ROOM_CHARS && !unescaped,
    }
}

/// Whether a text was meant: letters, numbers, punctuation and spaces of any script.
fn is_readable(text: &str) -> bool {
    text.chars()
        .all(|c| c != char::REPLACEMENT_CHARACTER && !c.is_control())
}

fn parameter(name: &ParameterName) -> LinkParameter {
    LinkParameter {
        spelled: name.spelled.clone(),
        usual: name.kind.usual_spelling().to_owned(),
        in_data: name.in_data,
        read_by_browsers: name.kind.read_by_browsers(&name.spelled, name.in_data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(input: &str) -> LinkFacts {
        read(input).0
    }

    #[test]
    fn nothing_of_the_room_or_of_people_is_kept() {
        let link = "https://calls.example/room/phong-kham-7?username=Nguyen%20An&token=t0ps3cret\
                    &partner_name=Binh&lang_source=vi&target_lang=en";
        let (facts, target) = read(link);
        assert!(matches!(target, Some(Target::Room(_))));
        let kept = serde_json::to_string(&facts).expect("facts");
        for private in ["phong-kham", "Nguyen", "t0ps3cret", "Binh"] {
            assert!(!kept.contains(private), "{kept}");
        }
        assert_eq!(facts.source_language.as_deref(), Some("vi"));
        let names: Vec<_> = facts
            .parameters
            .iter()
            .map(|p| p.spelled.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "username",
                "token",
                "partner_name",
                "lang_source",
                "target_lang"
            ]
        );
        let unread: Vec<_> = facts
            .parameters
            .iter()
            .filter(|p| !p.read_by_browsers)
            .collect();
        assert_eq!(unread.len(), 1);
        assert_eq!(unread[0].usual, "source_lang");
    }

    #[test]
    fn fields_of_data_are_named_too() {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD
            .encode(r#"{"user_name":"An","source_lang":"vi"}"#);
        let facts = facts(&format!("https://calls.example/room/x?data={data}"));
        assert!(!facts.data_unreadable);
        assert!(facts.parameters.iter().all(|parameter| parameter.in_data));
        let read = |spelled: &str| {
            let mut parameters = facts.parameters.iter();
            let found = parameters.find(|parameter| parameter.spelled == spelled);
            found.map(|parameter| parameter.read_by_browsers)
        };
        assert_eq!(read("user_name"), Some(false));
        assert_eq!(read("source_lang"), Some(true));
    }

    #[test]
    fn the_gateways_rule_is_foreseen() {
        let rewrite = |room: &str| {
            let facts = facts(&format!("https://calls.example/room/{room}"));
            facts.room.map(|room| room.rewrite)
        };
        assert_eq!(rewrite("k3vd-9xwq-mh7t"), Some(Rewrite::None));
        assert_eq!(rewrite("dXNlcl8xX3VzZXJfMg%3D%3D"), Some(Rewrite::Readable));
        assert_eq!(rewrite("user_1_user_2"), Some(Rewrite::Garbage));
    }

    #[test]
    fn a_server_without_a_room_is_a_target() {
        for (input, site) in [
            ("https://calls.example", "https://calls.example/"),
            (
                "https://calls.example/api?x=1",
                "https://calls.example/api/",
            ),
            ("127.0.0.1:3000", "http://127.0.0.1:3000/"),
            ("jbcalling.site", "https://jbcalling.site/"),
        ] {
            let (facts, target) = read(input);
            assert_eq!(facts.kind, LinkKind::Server, "{input}");
            assert_eq!(target.map(|t| t.site().to_string()).as_deref(), Some(site));
        }
        assert_eq!(facts("k3vd-9xwq-mh7t").kind, LinkKind::Code);
    }

    #[test]
    fn the_parser_s_words_are_kept() {
        for (input, code) in [
            ("", "link.empty"),
            ("ftp://calls.example/room/x", "link.scheme"),
            ("https://calls.example/room/a b", "link.malformed"),
            ("https://calls.example/room/a/b", "link.extra-path"),
            ("https://a@calls.example/", "link.malformed"),
        ] {
            let (facts, target) = read(input);
            assert_eq!(target, None, "{input}");
            let error = facts.error.expect("an error");
            assert_eq!(error.code, code, "{input}");
            assert!(!error.message.is_empty());
        }
    }
}
