//! Things worth telling once.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::policy;
use crate::view::{NoticeLevel, NoticeView};

/// The notices that are shown.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    shown: VecDeque<(NoticeView, Duration)>,
    last_id: u64,
}

impl Notices {
    /// Shows a notice; the same one again only lives longer.
    pub(crate) fn push(
        &mut self,
        now: Duration,
        level: NoticeLevel,
        code: &str,
        params: &[(&str, &str)],
    ) {
        let params: BTreeMap<String, String> = params
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let until = now
            + match level {
                NoticeLevel::Info | NoticeLevel::Success => policy::INFO_SHOWN,
                NoticeLevel::Warning | NoticeLevel::Error => policy::WARNING_SHOWN,
            };
        let same = |notice: &NoticeView| notice.code == code && notice.params == params;
        if let Some((_, expiry)) = self.shown.iter_mut().find(|(notice, _)| same(notice)) {
            *expiry = until;
            return;
        }
        self.last_id += 1;
        let notice = NoticeView {
            id: self.last_id,
            level,
            code: code.to_owned(),
            params,
        };
        self.shown.push_back((notice, until));
        if self.shown.len() > policy::NOTICES_KEPT {
            self.shown.pop_front();
        }
    }

    /// Takes away one notice; says whether it was there.
    pub(crate) fn dismiss(&mut self, id: u64) -> bool {
        self.remove(|notice| notice.id == id)
    }

    /// Takes away notices that are no longer true.
    pub(crate) fn withdraw(&mut self, code: &str) -> bool {
        self.remove(|notice| notice.code == code)
    }

    /// Takes away what was shown long enough.
    pub(crate) fn expire(&mut self, now: Duration) -> bool {
        let before = self.shown.len();
        self.shown.retain(|(_, until)| *until > now);
        self.shown.len() != before
    }

    /// When the next one is to be taken away.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.shown.iter().map(|(_, until)| *until).min()
    }

    pub(crate) fn view(&self) -> Vec<NoticeView> {
        self.shown
            .iter()
            .map(|(notice, _)| notice.clone())
            .collect()
    }

    fn remove(&mut self, unwanted: impl Fn(&NoticeView) -> bool) -> bool {
        let before = self.shown.len();
        self.shown.retain(|(notice, _)| !unwanted(notice));
        self.shown.len() != before
    }
}
