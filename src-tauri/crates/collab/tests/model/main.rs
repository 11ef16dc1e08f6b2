//! The rules for the client (sections 13 and 15 of the protocol notes) as far as they are the
//! model's, each a test named after its rule. What one part alone decides is tested beside it.

mod bad_input;
mod conflicts;
mod delivery;
mod doubt;
mod editing;
mod lists;
mod presence;
mod room;
mod size;
mod world;
