//! Names on a host of the lab, and a name server that knows none.

use std::fmt::Write;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Host;

/// How long a name server may take to notice that it is to end.
const TICK: Duration = Duration::from_millis(100);
/// Port of name servers.
const DNS: u16 = 53;
/// Bytes of a message's header.
const HEADER: usize = 12;
/// Response, recursion desired and available, "no such name" (RFC 1035, 4.1.1).
const NO_SUCH_NAME: [u8; 2] = [0x81, 0x83];

impl Host {
    /// What programs started from now on find in `/etc/hosts`: names and addresses.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn know(&self, names: &[(&str, &str)]) {
        let mut text = "127.0.0.1 localhost\n".to_owned();
        for (name, address) in names {
            let _ = writeln!(text, "{address} {name}");
        }
        self.configure("hosts", &text);
    }

    /// Which name server programs started from now on ask.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn ask_names_of(&self, address: &str) {
        self.configure("resolv.conf", &format!("nameserver {address}\n"));
    }

    /// `ip netns exec` puts the files of this folder over those of `/etc`.
    fn configure(&self, file: &str, text: &str) {
        let folder = self.own_files();
        let written =
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(file), text));
        written.unwrap_or_else(|error| panic!("cannot write {folder:?}: {error}"));
    }

    pub(super) fn own_files(&self) -> PathBuf {
        PathBuf::from("/etc/netns").join(&self.namespace)
    }
}

/// Says of every name that there is no such name; ends when dropped.
pub struct NameServer {
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    /// On a host of the lab.
    ///
    /// # Panics
    /// When the port cannot be had.
    pub fn start_on(host: &Host, address: &'static str) -> Self {
        let socket = host.within(move || UdpSocket::bind((address, DNS)));
        let socket = socket.unwrap_or_else(|error| panic!("no port for names: {error}"));
        socket
            .set_read_timeout(Some(TICK))
            .expect("a limit can be set");
        let ending = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ending);
        let thread = thread::spawn(move || {
            let mut question = [0; 512];
            while !ended.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut question)
                    && let Some(answer) = no_such_name(&question[..length])
                {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self {
            ending,
            thread: Some(thread),
        }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The answer to a message with one question, which it repeats.
fn no_such_name(message: &[u8]) -> Option<Vec<u8>> {
    let name = message.get(HEADER..)?.iter().position(|byte| *byte == 0)?;
    // After the name come its end, type and class.
    let question = message.get(HEADER..HEADER + name + 5)?;
    let mut answer = message.get(..2)?.to_vec();
    answer.extend(NO_SUCH_NAME);
    answer.extend([0, 1, 0, 0, 0, 0, 0, 0]);
    answer.extend(question);
    Some(answer)
}
