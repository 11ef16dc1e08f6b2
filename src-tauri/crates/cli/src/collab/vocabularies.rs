//! `jbcall collab vocabularies`: what there is, and what is wrong with a person's own files.

use collab::vocabulary::Library;

use super::args::Vocabularies;
use crate::exit::Exit;
use crate::output;

pub fn run(options: &Vocabularies) -> Exit {
    let (library, errors) = match &options.folder {
        Some(folder) => Library::load(folder),
        None => (Library::builtin(), Vec::new()),
    };
    for name in library.names() {
        let Some(deployment) = library.deployment(name) else {
            continue;
        };
        let words = deployment.vocabularies().join(", ");
        let own = if library.is_builtin(name) {
            ""
        } else {
            " (your own)"
        };
        output::line(&format!("{name}{own}: speaks {words}"));
    }
    for error in &errors {
        eprintln!("error: {error}");
    }
    if errors.is_empty() {
        Exit::Ok
    } else {
        Exit::Usage
    }
}
