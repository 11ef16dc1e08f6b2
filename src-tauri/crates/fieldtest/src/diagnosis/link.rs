//! The link: can it be read, and does everybody who has it come to the same room?

use super::{Evidence, Finding, RungResult};
use crate::facts::{LinkFacts, LinkKind, Rewrite};
use crate::{Rung, Verdict};

/// Languages that a deployment recognises and translates.
const LANGUAGES: [&str; 2] = ["vi", "en"];

/// Judges the link.
pub(super) fn judge(facts: Option<&LinkFacts>) -> RungResult {
    let Some(link) = facts else {
        return RungResult::skipped(Rung::Link, None);
    };
    RungResult::new(Rung::Link, findings(link), evidence(link))
}

fn findings(link: &LinkFacts) -> Vec<Finding> {
    if let Some(error) = &link.error {
        let finding = Finding::new("link-unreadable", Verdict::Failed);
        return vec![finding.with("reason", &error.message)];
    }
    let mut findings = Vec::new();
    if link.data_unreadable {
        findings.push(Finding::new("link-data-unreadable", Verdict::Warning));
    }
    if let Some(room) = &link.room {
        if room.rewrite == Rewrite::Garbage {
            findings.push(Finding::new("room-rewritten", Verdict::Warning));
        }
        if !room.fits_browsers {
            findings.push(Finding::new("room-not-for-browsers", Verdict::Warning));
        }
    }
    for parameter in link.parameters.iter().filter(|p| !p.read_by_browsers) {
        // Browsers know no such parameter at all, under any name.
        if parameter.spelled == parameter.usual {
            continue;
        }
        let finding = Finding::new("parameter-spelling", Verdict::Warning);
        let finding = finding.with("spelled", &parameter.spelled);
        findings.push(finding.with("usual", &parameter.usual));
    }
    let mut languages: Vec<_> = [&link.source_language, &link.target_language]
        .into_iter()
        .flatten()
        .filter(|language| !LANGUAGES.contains(&language.as_str()))
        .collect();
    languages.dedup();
    for language in languages {
        let finding = Finding::new("language-unknown", Verdict::Warning);
        findings.push(finding.with("language", language));
    }
    findings
}

fn evidence(link: &LinkFacts) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut add = |what: &str, seen: &str| evidence.push(Evidence::new(what, seen));
    match link.kind {
        LinkKind::Room => add("given", "a room's link"),
        LinkKind::Code => add("given", "a room's code, without a site"),
        LinkKind::Server => add("given", "a server's address, without a room"),
        LinkKind::Record => add("given", "a record at a collaboration service"),
        LinkKind::Unreadable => {}
    }
    if let Some(error) = &link.error {
        add(&error.code, &error.message);
    }
    if let Some(site) = &link.site {
        add("site", site);
    }
    if let Some(gateway) = &link.gateway {
        add("gateway in the link", gateway);
    }
    if let Some(record) = &link.record {
        add("record", &format!("{} characters", record.characters));
        let deployment = record.deployment.as_deref();
        add("deployment", deployment.unwrap_or("to be found out"));
        if let Some(path) = &record.path {
            add("path", path);
        }
    }
    if let Some(room) = &link.room {
        let rewrite = match room.rewrite {
            Rewrite::None => "kept by the gateway",
            Rewrite::Readable => "base64 of a readable text, decoded by the gateway",
            Rewrite::Garbage => "decoded by the gateway into unreadable bytes",
        };
        add(
            "room",
            &format!("{} characters, {rewrite}", room.characters),
        );
    }
    if !link.parameters.is_empty() {
        let names: Vec<_> = link.parameters.iter().map(|p| p.spelled.as_str()).collect();
        add("parameters", &names.join(", "));
    }
    let languages = [&link.source_language, &link.target_language];
    if languages.iter().any(|language| language.is_some()) {
        let [source, target] = languages.map(|l| l.as_deref().unwrap_or("not said"));
        add("languages", &format!("{source}, wants {target}"));
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{LinkFault, LinkParameter, LinkRoom};

    fn room(rewrite: Rewrite) -> LinkFacts {
        LinkFacts {
            kind: LinkKind::Room,
            room: Some(LinkRoom {
                characters: 14,
                rewrite,
                fits_browsers: true,
            }),
            ..LinkFacts::default()
        }
    }

    fn causes(facts: &LinkFacts) -> (Verdict, Vec<String>) {
        let result = judge(Some(facts));
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    }

    #[test]
    fn a_usual_link_is_well() {
        assert_eq!(causes(&room(Rewrite::None)), (Verdict::Ok, vec![]));
        assert_eq!(causes(&room(Rewrite::Readable)), (Verdict::Ok, vec![]));
        let server = LinkFacts {
            kind: LinkKind::Server,
            ..LinkFacts::default()
        };
        assert_eq!(causes(&server), (Verdict::Ok, vec![]));
        assert_eq!(judge(None).verdict, Verdict::Skipped);
    }

    #[test]
    fn an_unreadable_link_fails_in_the_parser_s_words() {
        let facts = LinkFacts {
            error: Some(LinkFault {
                code: "link.empty".into(),
                message: "There is no link.".into(),
            }),
            ..LinkFacts::default()
        };
        let result = judge(Some(&facts));
        assert_eq!(result.verdict, Verdict::Failed);
        assert_eq!(result.findings[0].values["reason"], "There is no link.");
    }

    #[test]
    fn what_keeps_people_apart_is_a_warning() {
        let (verdict, found) = causes(&room(Rewrite::Garbage));
        assert_eq!(verdict, Verdict::Warning);
        assert_eq!(found, ["room-rewritten"]);

        let parameter = |spelled: &str, usual: &str| LinkParameter {
            spelled: spelled.into(),
            usual: usual.into(),
            in_data: false,
            read_by_browsers: false,
        };
        let mut facts = room(Rewrite::None);
        facts.parameters = vec![
            parameter("lang_source", "source_lang"),
            parameter("auto_join", "auto_join"),
        ];
        facts.source_language = Some("fr".into());
        facts.target_language = Some("fr".into());
        facts.data_unreadable = true;
        let (_, found) = causes(&facts);
        assert_eq!(
            found,
            [
                "link-data-unreadable",
                "parameter-spelling",
                "language-unknown"
            ]
        );
    }
}
