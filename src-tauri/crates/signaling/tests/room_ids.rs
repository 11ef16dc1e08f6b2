//! The rewrite rule, on the vectors that were checked against Node.

use serde::Deserialize;
use signaling::RoomId;
use signaling::room::rewritten;

#[derive(Deserialize)]
struct Vector {
    id: String,
    rewritten: bool,
    room: String,
}

#[test]
fn every_vector() {
    let text = include_str!("fixtures/frames/room-id-vectors.json");
    let vectors: Vec<Vector> = serde_json::from_str(text).unwrap();
    assert!(vectors.len() > 200);
    let mut some_are = 0;
    for vector in vectors {
        let room = rewritten(&vector.id);
        assert_eq!(room.is_some(), vector.rewritten, "{}", vector.id);
        assert_eq!(
            room.as_deref().unwrap_or(&vector.id),
            vector.room,
            "{}",
            vector.id
        );
        some_are += usize::from(vector.rewritten);
        if let Some(id) = RoomId::new(vector.id.clone()) {
            // Nothing is changed in the id itself.
            assert_eq!(id.as_str(), vector.id);
        }
    }
    assert!(some_are > 50);
}
