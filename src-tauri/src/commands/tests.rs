use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../ui/src/backend/names.ts");

/// The shell's side, as it is written.
const SHELL: &str = concat!(
    include_str!("mod.rs"),
    include_str!("examining.rs"),
    include_str!("records.rs"),
);

/// The names between two lines of a source file, by a pattern in front of them.
fn names<'a>(
    source: &'a str,
    from: &str,
    to: &str,
    name: fn(&'a str) -> Option<&'a str>,
) -> BTreeSet<&'a str> {
    let lines = source
        .lines()
        .skip_while(|line| !line.contains(from))
        .skip(1);
    lines
        .take_while(|line| line.trim() != to)
        .filter_map(|line| name(line.trim()))
        .collect()
}

#[test]
fn page_and_shell_name_the_same_commands() {
    let shell = names(SHELL, "generate_handler![", "]", |line| {
        line.strip_suffix(',')?.rsplit("::").next()
    });
    let page = names(PAGE, "export interface Commands", "}", |line| {
        line.split_once(": {").map(|(name, _)| name)
    });
    assert!(shell.len() > 10, "{shell:?}");
    assert_eq!(shell, page);
}

/// What the page passes to a command of the shell: its parameters without what Tauri adds.
fn arguments(command: &str) -> Vec<String> {
    let (_, after) = SHELL
        .split_once(&format!("fn {command}("))
        .expect("the command is in one of these files");
    let (parameters, _) = after.split_once(')').expect("its parameters end");
    let parameters = parameters.replace("<'_, ", "<");
    let named = parameters.split(',').filter_map(|one| one.split_once(": "));
    named
        .filter(|(_, of)| !of.contains("State<") && *of != "AppHandle")
        .map(|(name, _)| name.trim().to_owned())
        .collect()
}

#[test]
fn page_and_shell_name_the_same_arguments() {
    let commands = PAGE
        .lines()
        .filter_map(|line| line.split_once(": { args: "));
    let mut compared = 0;
    for (command, rest) in commands {
        let passed: Vec<_> = rest
            .split_once("; answer")
            .map_or("", |(args, _)| args)
            .trim_matches(['{', '}', ' '])
            .split("; ")
            .filter_map(|one| one.split_once(": "))
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(arguments(command.trim()), passed, "{command}");
        compared += 1;
    }
    assert!(compared > 10);
}

#[test]
fn page_and_shell_name_the_same_events() {
    let shell = names(include_str!("../events.rs"), "//!", "#[cfg", |line| {
        line.split('"').nth(1)
    });
    let page = names(PAGE, "export interface Events", "}", |line| {
        line.split_once(": ")
            .map(|(name, _)| name.trim_matches('\''))
    });
    assert!(!shell.is_empty());
    assert_eq!(shell, page);
}
