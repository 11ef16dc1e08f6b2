//! Anything a person may paste is a room link or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signaling::RoomLink;

fuzz_target!(|input: &str| {
    if let Ok(link) = RoomLink::parse(input) {
        let shared = RoomLink::parse(&link.share_link()).expect("a shared link can be joined");
        assert_eq!(shared.room, link.room);
    }
});
