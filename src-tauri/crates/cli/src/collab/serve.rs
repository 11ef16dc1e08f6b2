//! `jbcall collab serve`: a collaboration service of one's own.

use std::net::SocketAddr;

use collab::link::CollabLink;
use collab_service::{CollabService, Database, ServiceOptions};
use serde::Serialize;

use super::args::Serve;
use super::colleagues::Colleagues;
use crate::exit::Exit;
use crate::{output, signals};

/// What scripts are told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    url: String,
    /// A link to the record that the colleagues work on, or to one of any name.
    link: String,
    record: String,
}

pub async fn run(options: Serve) -> Exit {
    let service = match collab_service::start(ServiceOptions {
        bind: SocketAddr::new(options.bind, options.port),
        database: options
            .database
            .clone()
            .map_or(Database::Memory, Database::File),
        token: options.token.clone(),
        misbehaviour: options.misbehave.clone(),
        ..ServiceOptions::default()
    }) {
        Ok(service) => service,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Failed;
        }
    };
    let url = service.url();
    let colleagues = Colleagues::start(&options, &url);
    announce(&options, &service);
    signals::stop().await;
    colleagues.leave().await;
    Exit::Ok
}

fn announce(options: &Serve, service: &CollabService) {
    let url = service.url();
    let record = options.record.clone();
    let Ok(mut link) = CollabLink::to_record(&url, &record) else {
        return;
    };
    link.deployment = Some(super::colleagues::DEPLOYMENT.to_owned());
    let link = link.share_link();
    if options.json {
        output::json_line(&Opened { url, link, record });
        return;
    }
    output::line("The collaboration service is open.");
    output::line(&format!("  Address:   {url}"));
    output::line(&format!("  A record:  {link}"));
    if options.colleagues > 0 {
        output::line(&format!(
            "  On it:     {} simulated colleagues, who edit.",
            options.colleagues
        ));
    }
    output::line("Ctrl-C closes it.");
}
