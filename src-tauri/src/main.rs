//! JB Calling Desktop: the window around a call.

fn main() {}
