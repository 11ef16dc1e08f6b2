//! The service over loopback, with the product's own Socket.IO client.

mod client;
mod doors;
mod editing;
mod failing;
mod many;
mod presence;
