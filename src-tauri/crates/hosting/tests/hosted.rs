//! A server that does what it is told, in a host.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use hosting::{Ending, Freeze, Host, Order, Orders, Restart, Server};

/// Tells of its generations.
struct Obedient(Sender<&'static str>);

impl Server for Obedient {
    const NAME: &'static str = "obedient";
    type Beginning = ();
    type Misbehaviour = Option<Freeze>;
    type Message = Box<dyn FnOnce() + Send>;

    fn outages(misbehaviour: &Option<Freeze>) -> (Option<Freeze>, Option<Restart>) {
        (*misbehaviour, None)
    }

    async fn serve(&self, (): (), orders: &mut Orders<Self>) -> io::Result<Ending> {
        loop {
            orders.wait(orders.next_due()).await;
            while let Some(order) = orders.take() {
                match order {
                    Order::End(ending) => return Ok(ending),
                    Order::Misbehave(_) => {}
                    Order::Tell(act) => act(),
                }
            }
            if let Some(ending) = orders.fail() {
                return Ok(ending);
            }
        }
    }

    fn failed(&self, _: &io::Error) {}

    fn ended(&self) {
        self.0.send("ended").unwrap();
    }

    fn come_back(&self, _: SocketAddr) -> Option<()> {
        self.0.send("back").ok()
    }
}

fn host() -> (Host<Obedient>, Sender<&'static str>, Receiver<&'static str>) {
    let (says, said) = channel();
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 80));
    let host = Host::start(Obedient(says.clone()), (), address, None).unwrap();
    assert_eq!(host.url(), "http://127.0.0.1:80");
    (host, says, said)
}

fn tell(host: &Host<Obedient>, act: impl FnOnce() + Send + 'static) {
    let act: Box<dyn FnOnce() + Send> = Box::new(act);
    host.order(Order::Tell(act));
}

fn say(host: &Host<Obedient>, says: &Sender<&'static str>, word: &'static str) {
    let says = says.clone();
    tell(host, move || says.send(word).unwrap());
}

fn hear<const N: usize>(said: &Receiver<&'static str>, words: [&str; N]) {
    assert_eq!(words.map(|_| said.recv().unwrap()), words);
}

#[test]
fn a_panic_is_a_restart() {
    let (host, says, said) = host();
    tell(&host, || panic!("as ordered"));
    hear(&said, ["ended", "back"]);
    say(&host, &says, "well");
    hear(&said, ["well"]);
    drop(host);
    hear(&said, ["ended"]);
}

#[test]
fn what_is_told_to_a_server_that_is_down_is_lost() {
    let (host, says, said) = host();
    // All is ordered before any of it is carried out.
    let (go, gone) = channel();
    tell(&host, move || gone.recv().unwrap());
    say(&host, &says, "before");
    host.order(Order::End(Ending::Restart(Duration::ZERO)));
    say(&host, &says, "lost");
    go.send(()).unwrap();
    hear(&said, ["before", "ended", "back"]);
    say(&host, &says, "after");
    hear(&said, ["after"]);
}

#[test]
fn what_is_told_to_a_frozen_server_is_heard_when_it_thaws() {
    let (host, says, said) = host();
    let (after, lasting) = (Duration::ZERO, None);
    host.order(Order::Misbehave(Some(Freeze { after, lasting })));
    std::thread::sleep(Duration::from_millis(50));
    say(&host, &says, "one");
    host.order(Order::Misbehave(None));
    say(&host, &says, "two");
    hear(&said, ["one", "two"]);
}
