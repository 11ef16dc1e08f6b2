use super::*;

fn profile() -> Profile {
    Profile {
        name: "Clinic".into(),
        url: "https://collab.example".into(),
        identity: Identity {
            id: "u1".into(),
            name: "Ann Lee".into(),
            role: "nurse".into(),
        },
        ..Profile::default()
    }
}

fn code(profile: &Profile) -> &'static str {
    profile
        .resolve(&Library::builtin())
        .expect_err("no deployment")
        .code()
}

#[test]
fn an_address_is_all_that_a_profile_needs() {
    let deployment = profile().resolve(&Library::builtin()).unwrap();
    assert_eq!(deployment.name, FIRST_TRIED);
    let link = &deployment.links[0];
    assert_eq!(
        link.url.as_ref().unwrap().as_str(),
        "https://collab.example/"
    );
    assert_eq!(link.path, "/socket.io/");
    assert_eq!(link.transports, Transports::WebSocketThenPolling);
}

#[test]
fn path_and_transports_of_a_profile_come_first() {
    let profile = Profile {
        path: Some("api/socket.io".into()),
        transports: TransportChoice::Polling,
        deployment: "deployed".into(),
        ..profile()
    };
    let deployment = profile.resolve(&Library::builtin()).unwrap();
    assert_eq!(deployment.name, "deployed");
    assert_eq!(deployment.links[0].path, "/api/socket.io/");
    assert_eq!(deployment.links[0].transports, Transports::PollingOnly);
    let with_endpoint = Profile {
        url: "https://collab.example/socket.io/socket.io/".into(),
        ..self::profile()
    };
    let deployment = with_endpoint.resolve(&Library::builtin()).unwrap();
    assert_eq!(deployment.links[0].path, "/socket.io/socket.io/");
}

#[test]
fn links_without_an_address_are_left_out() {
    let mut profile = Profile {
        deployment: "insights".into(),
        identity: Identity::default(),
        ..profile()
    };
    let library = Library::builtin();
    let names = |profile: &Profile| -> Vec<String> {
        let deployment = profile.resolve(&library).unwrap();
        deployment.links.into_iter().map(|link| link.name).collect()
    };
    assert_eq!(names(&profile), ["gateway"]);
    let relay = LinkAddress {
        url: "http://127.0.0.1:9010".into(),
        path: None,
    };
    profile.links.insert("relay".into(), relay);
    assert_eq!(names(&profile), ["gateway", "relay"]);
    profile.url.clear();
    assert_eq!(names(&profile), ["relay"]);
}

#[test]
fn what_is_wrong_with_a_profile_has_a_code() {
    assert_eq!(
        code(&Profile {
            url: String::new(),
            ..profile()
        }),
        "collab.profile-no-url"
    );
    assert_eq!(
        code(&Profile {
            url: "ftp://x".into(),
            ..profile()
        }),
        "collab.link-scheme"
    );
    let deployment = "nowhere".to_owned();
    assert_eq!(
        code(&Profile {
            deployment,
            ..profile()
        }),
        "collab.profile-unknown-deployment"
    );
    let identity = Identity::default();
    assert_eq!(
        code(&Profile {
            identity,
            ..profile()
        }),
        "collab.profile-no-identity"
    );
    let name = "x".repeat(1_000);
    assert_eq!(
        code(&Profile { name, ..profile() }),
        "collab.profile-too-long"
    );
    let links = BTreeMap::from([("side".to_owned(), LinkAddress::default())]);
    assert_eq!(
        code(&Profile { links, ..profile() }),
        "collab.profile-unknown-link"
    );
}

#[test]
fn a_link_fills_a_profile_but_not_who_one_is() {
    let link = CollabLink::parse(
        "https://other.example/?patient_id=P1&user_id=u9&user_name=Eve&user_role=doctor&deployment=deployed",
    )
    .unwrap();
    let filled = profile().for_link(&link);
    assert_eq!(filled.url, "https://other.example/");
    assert_eq!(filled.deployment, "deployed");
    assert_eq!(filled.identity, profile().identity);
    let stranger = Profile::default().for_link(&link);
    assert_eq!(stranger.identity.id, "u9");
    let same = CollabLink::parse("https://collab.example/?patient_id=P1").unwrap();
    let chosen = Profile {
        deployment: "deployed".into(),
        ..profile()
    };
    assert_eq!(chosen.for_link(&same), chosen);
}

#[test]
fn profiles_are_read_with_what_they_leave_out() {
    let read: Profile = serde_json::from_str(r#"{"url":"https://c.example","unknown":1}"#).unwrap();
    assert!(read.is_auto());
    assert_eq!(read.transports, TransportChoice::Deployment);
    let written = serde_json::to_string(&profile()).unwrap();
    assert_eq!(
        serde_json::from_str::<Profile>(&written).unwrap(),
        profile()
    );
}
