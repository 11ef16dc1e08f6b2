//! The system that the program runs on: its name and version, nothing that identifies a computer.

/// Such as `Debian GNU/Linux 12 (bookworm), x86_64`.
pub(crate) fn name() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = pretty_name(&release).unwrap_or(std::env::consts::OS);
    format!("{pretty}, {}", std::env::consts::ARCH)
}

fn pretty_name(release: &str) -> Option<&str> {
    let value = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let name = value.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pretty_name_is_taken() {
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(pretty_name(release), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(pretty_name(""), None);
    }
}
