//! `jbcall host`: a gateway of one's own.

mod speech;

use std::net::SocketAddr;

use audio::{SinkSpec, SourceSpec};
use call::{Call, CallOptions, JoinOptions};
use gateway::{Gateway, GatewayOptions};
use serde::Serialize;
use signaling::{RoomId, RoomLink};

use crate::args;
use crate::exit::Exit;
use crate::{output, signals};
use speech::SpeechFile;

/// Name of the participant that talks.
const TALKER: &str = "Talker";

/// What scripts are told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    /// For people on this computer.
    link: String,
    /// For people on the same network.
    share_links: Vec<String>,
    url: String,
    room: String,
    talker: bool,
}

/// A participant that talks, and the file that it talks from.
struct Talker {
    call: Call,
    _speech: SpeechFile,
}

pub async fn run(options: args::Host) -> Exit {
    let room = match room(&options) {
        Ok(room) => room,
        Err(message) => {
            eprintln!("error: {message}");
            return Exit::Usage;
        }
    };
    let gateway = match gateway::start(GatewayOptions {
        bind: SocketAddr::new(options.bind, options.port),
        announced: options.announce.clone(),
        misbehaviour: options.misbehave.clone(),
        ..GatewayOptions::default()
    }) {
        Ok(gateway) => gateway,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Failed;
        }
    };
    let talker = if options.talker {
        match talk(&gateway, &room).await {
            Ok(talker) => Some(talker),
            Err(message) => {
                eprintln!("error: nobody talks: {message}");
                return Exit::Failed;
            }
        }
    } else {
        None
    };
    announce(&options, &gateway, &room);
    signals::stop().await;
    if let Some(talker) = talker {
        talker.call.leave().await;
    }
    Exit::Ok
}

fn room(options: &args::Host) -> Result<RoomId, String> {
    match &options.room {
        Some(room) => RoomLink::parse(room)
            .map(|link| link.room)
            .map_err(|error| error.to_string()),
        None => Ok(RoomId::generate(&mut rand::rng())),
    }
}

fn announce(options: &args::Host, gateway: &Gateway, room: &RoomId) {
    let opened = Opened {
        link: gateway.room_link(room),
        share_links: gateway.share_links(room),
        url: gateway.url(),
        room: room.to_string(),
        talker: options.talker,
    };
    if options.json {
        output::json_line(&opened);
        return;
    }
    output::line("The room is open.");
    output::line(&format!("  On this computer: {}", opened.link));
    for link in &opened.share_links {
        output::line(&format!("  On your network:  {link}"));
    }
    if opened.talker {
        output::line(&format!("  In it: {TALKER}, who talks."));
    }
    output::line("Ctrl-C closes it.");
}

/// Somebody who talks: a participant like any other, whose microphone is a file.
async fn talk(gateway: &Gateway, room: &RoomId) -> Result<Talker, String> {
    let speech = SpeechFile::write().map_err(|error| error.to_string())?;
    let link = RoomLink::parse(&gateway.room_link(room)).map_err(|error| error.to_string())?;
    let mut options = CallOptions::new(link);
    options.join = JoinOptions {
        microphone: SourceSpec::Wav {
            path: speech.path().to_owned(),
            repeat: true,
        },
        speaker: SinkSpec::Null,
        ..JoinOptions::new(TALKER)
    };
    let prepared = call::prepare(options)
        .await
        .map_err(|error| error.to_string())?;
    Ok(Talker {
        call: prepared.join(),
        _speech: speech,
    })
}
