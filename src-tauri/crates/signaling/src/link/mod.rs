//! Room links: whatever a person pastes, types or clicks.
//!
//! | Shape | Example |
//! |---|---|
//! | web link | `https://calls.example/room/k3vd-9xwq?username=An` |
//! | the same with base64 JSON | `https://calls.example/room/k3vd-9xwq?data=eyJ1c2…` |
//! | room as parameter or fragment | `https://calls.example/?room=k3vd`, `…/#/room/k3vd` |
//! | without scheme | `127.0.0.1:3000/room/k3vd`, `calls.example/room/k3vd` |
//! | app link around a web link | `jbcall://join?link=https%3A%2F%2Fcalls.example%2Froom%2Fk3vd` |
//! | app link in place of a scheme | `jbcall://calls.example/room/k3vd`, `jbcall:https://…` |
//! | app link with a code | `jbcall://room/k3vd`, `jbcall://join?room=k3vd&site=…`, `jbcall:k3vd` |
//! | room code | `k3vd-9xwq-mh7t`, `phòng họp` |
//!
//! Parameters are understood in all spellings in use; fields of `data` come before plain
//! ones. A `data` that cannot be read does not keep anybody from joining.

mod address;
mod app;
mod encoding;
mod person;

pub(crate) use address::is_local;
pub use address::server_address;

use url::Url;

use crate::room::RoomId;
use crate::wire::Language;

/// Site of bare room codes unless the settings name another one.
pub const DEFAULT_SITE: &str = "https://jbcalling.site/";

/// Scheme of links that open this program.
pub const APP_SCHEME: &str = "jbcall";

/// Longest input looked at, in bytes.
const MAX_INPUT: usize = 16 * 1024;

/// Longest room id, in characters. The web form allows 50, external systems make longer
/// ones.
const MAX_ROOM_CHARS: usize = 512;

/// What a link says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoomLink {
    /// The site, up to and with the slash before `room/`; `None` for a bare code.
    pub site: Option<Url>,
    /// A gateway named by an app link; web links cannot name one.
    pub gateway: Option<Url>,
    /// The room, exactly as in the link.
    pub room: RoomId,
    /// Name to join with.
    pub name: Option<String>,
    /// User id of an external system.
    pub user_id: Option<String>,
    /// Token of an external system. Kept out of `Debug`.
    pub token: Option<String>,
    /// Name of the person to be met.
    pub partner_name: Option<String>,
    /// Language to be spoken.
    pub source_language: Option<Language>,
    /// Language wanted.
    pub target_language: Option<Language>,
    /// The link asks to join without a question.
    pub auto_join: bool,
    /// There was a `data` parameter, but nothing could be read from it.
    pub data_unreadable: bool,
    /// Which parameters say something, in the order of the link; without their values.
    pub parameters: Vec<ParameterName>,
}

/// A parameter of a link as it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterName {
    /// What it means.
    pub kind: ParameterKind,
    /// Its name as spelled in the link.
    pub spelled: String,
    /// Whether it is a field of `data`.
    pub in_data: bool,
}

/// What a parameter of a link means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// [`RoomLink::name`].
    Name,
    /// [`RoomLink::user_id`].
    UserId,
    /// [`RoomLink::token`].
    Token,
    /// [`RoomLink::partner_name`].
    PartnerName,
    /// [`RoomLink::source_language`].
    SourceLanguage,
    /// [`RoomLink::target_language`].
    TargetLanguage,
    /// [`RoomLink::auto_join`].
    AutoJoin,
}

impl ParameterKind {
    /// The spelling that everybody reads.
    pub fn usual_spelling(self) -> &'static str {
        match self {
            Self::Name => "username",
            Self::UserId => "userid",
            Self::Token => "token",
            Self::PartnerName => "partner_name",
            Self::SourceLanguage => "source_lang",
            Self::TargetLanguage => "target_lang",
            Self::AutoJoin => "auto_join",
        }
    }

    /// Whether the web client reads the parameter under this spelling. It is exact about upper
    /// and lower case.
    pub fn read_by_browsers(self, spelled: &str, in_data: bool) -> bool {
        match self {
            Self::SourceLanguage if !in_data => matches!(spelled, "source_lang" | "sourceLang"),
            Self::TargetLanguage if !in_data => matches!(spelled, "target_lang" | "targetLang"),
            Self::AutoJoin => false,
            _ => spelled == self.usual_spelling(),
        }
    }
}

/// Why a link leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing was given.
    #[error("There is no link. Paste a room link or enter a room code.")]
    Empty,
    /// More than a link can be.
    #[error("This is too long for a room link. Ask for the invitation again.")]
    TooLong,
    /// A link to something else.
    #[error(
        "Links that begin with \"{scheme}:\" cannot be joined. \
         Use a link that begins with https:// or jbcall://."
    )]
    Scheme {
        /// The scheme, in lower case.
        scheme: String,
    },
    /// No address in it.
    #[error("This link cannot be read ({reason}). Ask for the invitation again.")]
    Malformed {
        /// What is wrong, in English.
        reason: String,
    },
    /// An address, but of no room.
    #[error("This address has no room in it. A room link looks like {example}.")]
    NoRoom {
        /// A link of the same site that would do.
        example: String,
    },
    /// More than a room after `/room/`: the web client has no such page, and whoever opens
    /// it there is somewhere else.
    #[error(
        "This link has something after the room, so the room cannot be told for certain. \
         Ask for the room code, or remove the end of the link."
    )]
    ExtraPath,
}

impl LinkError {
    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "link.empty",
            Self::TooLong => "link.too-long",
            Self::Scheme { .. } => "link.scheme",
            Self::Malformed { .. } => "link.malformed",
            Self::NoRoom { .. } => "link.no-room",
            Self::ExtraPath => "link.extra-path",
        }
    }

    fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed {
            reason: reason.into(),
        }
    }

    fn no_room(site: &str) -> Self {
        Self::NoRoom {
            example: format!("{site}room/k3vd-9xwq-mh7t"),
        }
    }
}

impl RoomLink {
    /// Reads a link or a room code. Space around it is ignored, as is text around a web or
    /// app link.
    ///
    /// # Errors
    /// What cannot be joined, with what to do about it.
    pub fn parse(input: &str) -> Result<Self, LinkError> {
        if input.len() > MAX_INPUT {
            return Err(LinkError::TooLong);
        }
        let input = input.trim().trim_matches('\u{FEFF}');
        if input.is_empty() {
            return Err(LinkError::Empty);
        }
        let input = address::without_surroundings(input)?;
        if let Some(rest) = encoding::strip_scheme(input, APP_SCHEME) {
            return app::parse(rest);
        }
        address::parse(input)
    }

    /// A link to a room on a site, or to a bare code.
    pub fn to_room(room: RoomId, site: Option<Url>) -> Self {
        Self {
            site,
            gateway: None,
            room,
            name: None,
            user_id: None,
            token: None,
            partner_name: None,
            source_language: None,
            target_language: None,
            auto_join: false,
            data_unreadable: false,
            parameters: Vec::new(),
        }
    }

    /// Gives a bare code the site of the settings; other links keep theirs.
    #[must_use]
    pub fn with_default_site(mut self, site: &Url) -> Self {
        self.site.get_or_insert_with(|| site.clone());
        self
    }

    /// The site, or [`DEFAULT_SITE`] for a bare code.
    pub fn site_or_default(&self) -> Url {
        self.site.clone().unwrap_or_else(default_site)
    }

    /// A link that brings somebody else into this room, by browser or by this program. It
    /// holds the room and nothing of the person who shares it.
    pub fn share_link(&self) -> String {
        let site = self.site_or_default();
        let room = self.room.as_str();
        let encoded = encoding::encode_component(room);
        if room == "." || room == ".." {
            // Dots are steps in a path, even when escaped. The empty room keeps apart what is
            // the site's own path.
            return format!("{site}room/?room={encoded}");
        }
        format!("{site}room/{encoded}")
    }

    /// [`RoomLink::share_link`] in a form that opens this program.
    pub fn app_link(&self) -> String {
        let link = encoding::encode_component(&self.share_link());
        let mut app = format!("{APP_SCHEME}://join?link={link}");
        if let Some(gateway) = &self.gateway {
            app.push_str("&gateway=");
            app.push_str(&encoding::encode_component(gateway.as_str()));
        }
        app
    }
}

impl std::fmt::Debug for RoomLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomLink")
            .field("site", &self.site.as_ref().map(Url::as_str))
            .field("gateway", &self.gateway.as_ref().map(Url::as_str))
            .field("room", &self.room)
            .field("name", &self.name)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("partner_name", &self.partner_name)
            .field("source_language", &self.source_language)
            .field("target_language", &self.target_language)
            .field("auto_join", &self.auto_join)
            .field("data_unreadable", &self.data_unreadable)
            .finish_non_exhaustive()
    }
}

impl std::str::FromStr for RoomLink {
    type Err = LinkError;

    fn from_str(input: &str) -> Result<Self, LinkError> {
        Self::parse(input)
    }
}

fn default_site() -> Url {
    Url::parse(DEFAULT_SITE).expect("the constant is an address")
}

/// A room id from a link; `Ok(None)` when it is empty.
fn room_id(id: &str) -> Result<Option<RoomId>, LinkError> {
    if id.chars().count() > MAX_ROOM_CHARS {
        return Err(LinkError::TooLong);
    }
    if id.chars().any(char::is_control) {
        return Err(LinkError::malformed(
            "the room has characters that cannot be shown",
        ));
    }
    Ok(RoomId::new(id))
}
