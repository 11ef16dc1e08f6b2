//! What the persons at the clients do.

use collab::command::CollabCommand;
use collab::view::{ConflictKind, Delivery};

use crate::service::{FIELDS, World, key};

impl World {
    pub fn new_text(&mut self) -> String {
        self.texts += 1;
        format!("text {}", self.texts)
    }

    pub fn type_text(&mut self, at: usize, field: &'static str) {
        let (field, text) = (key(field), self.new_text());
        self.command(at, CollabCommand::Type { field, text });
    }

    pub fn commit(&mut self, at: usize, field: &'static str, text: String) {
        let committed = &mut self.clients[at].committed;
        committed.insert(field, (text.clone(), false));
        let field = key(field);
        self.command(at, CollabCommand::Commit { field, text });
    }

    pub fn keep_mine(&mut self, at: usize, field: &'static str) {
        let view = self.view(at, field);
        let Some(conflict) = view.conflict else {
            return;
        };
        let typed = view
            .mine
            .is_some_and(|mine| mine.delivery == Delivery::Typing && mine.text == conflict.mine);
        let kept = conflict.kind != ConflictKind::Typing;
        if typed || kept {
            let record = (conflict.mine, false);
            self.clients[at].committed.insert(field, record);
        }
        let field = key(field);
        self.command(at, CollabCommand::KeepMine { field });
    }

    pub fn take_theirs(&mut self, at: usize, field: &'static str) {
        if self.view(at, field).conflict.is_some() {
            self.clients[at].committed.remove(field);
            let field = key(field);
            self.command(at, CollabCommand::TakeTheirs { field });
        }
    }

    /// Gives up what is only being typed.
    pub fn discard_drafts(&mut self) {
        for at in 0..self.clients.len() {
            for field in FIELDS {
                let mine = self.view(at, field).mine;
                if mine.is_some_and(|mine| mine.delivery == Delivery::Typing) {
                    let field = key(field);
                    self.command(at, CollabCommand::Discard { field });
                }
            }
        }
    }
}
