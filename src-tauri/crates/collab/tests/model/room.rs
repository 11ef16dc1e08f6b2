//! Into the room and out of it, heartbeats, and answers that do not come.

use std::time::Duration;

use collab::command::CollabCommand;
use collab::intent::{Intent, IntentKind, StepRef};
use collab::model::{AckOutcome, Input};
use collab::operation::Operation;
use collab::view::{ActivityKind, CollabConnectionView, Delivery, MissedView, StaffStatus};
use serde_json::json;

use crate::world::{FIELD, World, commit_of, reason};

#[test]
fn rule_06_after_every_connection_join_step_and_heartbeat() {
    let mut world = World::with(|config| config.step = Some(StepRef::Index(3)));
    for _ in 0..3 {
        world.connect();
        let step = StepRef::Index(3);
        let greeting = [Intent::Join, Intent::Step { step }, Intent::Heartbeat];
        assert_eq!(std::mem::take(&mut world.told), greeting);
        world.answer(IntentKind::Join, AckOutcome::Confirmed(vec![]));
        assert!(world.told().is_empty());
        world.cut();
    }
    assert_eq!(world.logged(ActivityKind::Connected), 3);
}

#[test]
fn rule_06_the_step_is_the_present_one() {
    let mut world = World::new();
    let step = "4".to_owned();
    world.command(CollabCommand::Step { step });
    assert!(world.told().is_empty(), "nobody is there to be told");
    world.connect();
    let step = StepRef::Index(4);
    assert!(world.told().contains(&Intent::Step { step }));
    assert_eq!(world.person("me").step.as_deref(), Some("4"));
    let step = "vision_testing".to_owned();
    world.command(CollabCommand::Step { step: step.clone() });
    world.command(CollabCommand::Step { step: step.clone() });
    assert_eq!(
        world.told(),
        [Intent::Step {
            step: StepRef::Key(step)
        }]
    );
}

#[test]
fn a_connection_without_a_loss_before_it_is_a_new_one_too() {
    let mut world = World::joined();
    world.commit(FIELD, "a");
    world.asked.clear();
    world.connect();
    assert_eq!(world.told(), [commit_of(json!("a")), Intent::Join]);
    world.answer(IntentKind::Join, AckOutcome::Confirmed(vec![]));
    assert_eq!(world.told(), [commit_of(json!("a"))]);
}

#[test]
fn rule_12_a_join_that_is_never_answered_worked() {
    let mut world = World::new();
    world.commit(FIELD, "a");
    world.connect();
    assert_eq!(world.connection(), CollabConnectionView::Joining);
    world.pass(Duration::from_millis(999));
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Waiting)));
    world.pass(Duration::from_millis(1));
    assert!(matches!(
        world.connection(),
        CollabConnectionView::Joined { .. }
    ));
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Sent)));
    // An answer that says "unanswered" at once must not come before what is stored.
    let mut world = World::new();
    world.connect();
    world.answer(IntentKind::Join, AckOutcome::Unanswered);
    assert_eq!(world.connection(), CollabConnectionView::Joining);
}

#[test]
fn rule_13_a_refused_join_is_told_and_tried_again() {
    let mut world = World::new();
    world.commit(FIELD, "a");
    world.connect();
    world.told.clear();
    let words = "'patient_id'".to_owned();
    world.answer(IntentKind::Join, AckOutcome::Refused(words.clone()));
    let CollabConnectionView::Refused {
        reason,
        retry_at_ms,
    } = world.connection()
    else {
        panic!("the service said no");
    };
    assert_eq!(
        (reason.details, retry_at_ms),
        (words, Some(world.now_ms() + 30_000))
    );
    world.seconds(29);
    assert!(world.told.is_empty(), "not even a heartbeat");
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Waiting)));
    world.seconds(1);
    assert_eq!(world.told(), [Intent::Join]);
    world.answer(IntentKind::Join, AckOutcome::Refused("no".into()));
    world.command(CollabCommand::Retry);
    assert_eq!(world.told(), [Intent::Join]);
}

#[test]
fn rule_15_an_error_belongs_to_the_newest_request_else_to_the_service() {
    let mut world = World::joined();
    let error = |message: &str| Operation::LinkError {
        message: message.into(),
    };
    world.hear(error("of nothing"));
    assert_eq!(world.logged(ActivityKind::Refused), 1);
    world.commit(FIELD, "a");
    world.seconds(1);
    world.hear(error("Missing required fields"));
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Refused)));
    // The acknowledgement that follows an error confirms nothing.
    world.confirm();
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Refused)));
    world.commit(FIELD, "b");
    world.seconds(3);
    world.hear(error("late"));
    assert_eq!(world.mine(), Some(("b".into(), Delivery::Sent)));
}

#[test]
fn rule_16_heartbeats_while_joined() {
    let mut world = World::joined();
    world.told.clear();
    world.seconds(100);
    assert_eq!(world.told, vec![Intent::Heartbeat; 3]);
    world.cut();
    world.told.clear();
    world.seconds(100);
    assert!(world.told.is_empty());
}

#[test]
fn rule_16_something_that_counts_every_two_minutes() {
    let mut world = World::with(|config| config.heartbeat = None);
    world.join();
    world.told.clear();
    world.seconds(119);
    assert!(world.told.is_empty());
    world.commit(FIELD, "a");
    world.told.clear();
    world.seconds(119);
    assert!(world.told.is_empty(), "a commit counts");
    world.seconds(1);
    assert_eq!(world.told, [Intent::Heartbeat]);
    world.seconds(120);
    assert_eq!(world.told.len(), 2);
}

#[test]
fn rule_16_an_interval_beyond_reason_is_kept_within() {
    let mut world = World::with(|config| config.heartbeat = Some(Duration::ZERO));
    world.join();
    world.told.clear();
    world.seconds(10);
    assert_eq!(world.told.len(), 10);
    let mut world = World::with(|config| config.heartbeat = Some(Duration::from_secs(9_999)));
    world.join();
    world.told.clear();
    world.seconds(121);
    assert!(!world.told.is_empty());
}

#[test]
fn rule_22_closing_leaves_and_nothing_happens_afterwards() {
    let mut world = World::joined();
    world.input(Input::Close);
    assert_eq!(world.told(), [Intent::Leave]);
    assert_eq!(world.connection(), CollabConnectionView::Closed);
    assert_eq!(world.model.next_deadline(), None);
    let version = world.model.version();
    world.list(&["ann"]);
    world.connect();
    world.seconds(1_000);
    assert_eq!(world.model.version(), version);
    assert!(world.told.is_empty());
}

#[test]
fn a_record_that_was_never_joined_is_not_left() {
    let mut world = World::new();
    world.input(Input::Close);
    assert!(world.told.is_empty());
}

#[test]
fn a_service_that_speaks_otherwise_is_told_about() {
    let mut world = World::new();
    world.connect();
    world.seconds(9);
    let unheard = |world: &World| match world.connection() {
        CollabConnectionView::Joined { unheard, .. } => unheard,
        other => panic!("{other:?}"),
    };
    assert!(!unheard(&world), "too early to say");
    world.seconds(1);
    assert!(unheard(&world));
    world.input(Input::Heard {
        link: 0,
        operations: vec![],
        known: false,
    });
    assert!(unheard(&world));
    world.hear(Operation::LinkAlive);
    assert!(!unheard(&world));
    world.cut();
    world.connect();
    world.seconds(20);
    assert!(!unheard(&world));
}

#[test]
fn every_state_of_the_connection_has_its_reason() {
    let mut world = World::new();
    assert_eq!(world.connection(), CollabConnectionView::Connecting);
    world.input(Input::Refused {
        link: 0,
        reason: reason("denied"),
        retry_at: Some(world.now + Duration::from_secs(30)),
    });
    let refused = CollabConnectionView::Refused {
        reason: reason("denied"),
        retry_at_ms: Some(world.now_ms() + 30_000),
    };
    assert_eq!(world.connection(), refused);
    world.join();
    assert_eq!(world.status("me"), StaffStatus::Active);
    world.cut();
    let since_ms = world.now_ms();
    world.seconds(5);
    world.input(Input::Lost {
        link: 0,
        attempt: 7,
        reason: reason("again"),
    });
    let lost = CollabConnectionView::Reconnecting {
        attempt: 7,
        since_ms,
        reason: reason("again"),
    };
    assert_eq!(world.connection(), lost);
    assert_eq!(world.status("me"), StaffStatus::Away);
    assert_eq!(world.logged(ActivityKind::Disconnected), 1);
}

#[test]
fn a_second_link_joins_too_and_holds_no_edit_up() {
    let mut world = World::joined();
    let transport = "polling".to_owned();
    world.input(Input::Connected { link: 1, transport });
    assert_eq!(world.told(), [Intent::Join]);
    world.input(Input::Lost {
        link: 1,
        attempt: 1,
        reason: reason("lost"),
    });
    world.commit(FIELD, "a");
    assert_eq!(world.mine(), Some(("a".into(), Delivery::Sent)));
    assert!(matches!(
        world.connection(),
        CollabConnectionView::Reconnecting { .. }
    ));
}

#[test]
fn after_a_return_the_person_sees_what_was_missed() {
    let mut world = World::joined();
    world.list(&["me", "ann", "bob"]);
    world.replay("5");
    world.hear(Operation::QueueReplace(crate::lists::queue(&[("r1", 2)])));
    world.cut();
    world.seconds(300);
    assert_eq!(world.staff_ids(), ["me"], "nothing is known any more");
    world.connect();
    world.replay("6");
    world.list(&["me", "bob", "cat"]);
    world.hear(Operation::QueueReplace(crate::lists::queue(&[("r1", 1)])));
    let missed = [
        MissedView::Field {
            field: FIELD.into(),
            label: "left".into(),
            before: Some("5".into()),
            now: "6".into(),
        },
        MissedView::Joined { who: "cat".into() },
        MissedView::Left { who: "ann".into() },
        MissedView::QueueMoved {
            before: Some(2),
            now: Some(1),
        },
    ];
    assert_eq!(world.whole().missed.unwrap(), missed);
    assert_eq!(world.logged(ActivityKind::Joined), 1);
    assert_eq!(world.logged(ActivityKind::Left), 1);
    world.command(CollabCommand::SeenMissed);
    assert_eq!(world.whole().missed.unwrap(), []);
}

#[test]
fn the_first_connection_and_ones_own_edits_are_not_missed() {
    let mut world = World::new();
    world.connect();
    world.replay("5");
    world.list(&["me", "ann"]);
    world.answer(IntentKind::Join, AckOutcome::Confirmed(vec![]));
    world.commit(FIELD, "6");
    world.cut();
    world.connect();
    world.replay("6");
    world.list(&["me", "ann"]);
    assert_eq!(world.whole().missed.unwrap(), []);
}

#[test]
fn rule_23_nothing_of_a_room_that_is_being_left_is_heard() {
    let mut world = World::joined();
    world.list(&["ann"]);
    world.input(Input::Close);
    world.arrives("bob", "Bob");
    world.value("bob", json!("5"));
    assert_eq!(world.staff_ids(), ["me", "ann"]);
    assert!(world.whole().fields.is_empty());
}

#[test]
fn rule_27_no_edit_before_the_join() {
    let mut world = World::new();
    world.commit(FIELD, "a");
    world.type_in(":right", "b");
    for _ in 0..2 {
        world.connect();
        assert_eq!(world.told(), [Intent::Join]);
        world.cut();
    }
    world.join();
    assert_eq!(world.told(), [Intent::Join, commit_of(json!("a"))]);
}
