//! Harness of the interop tests: real servers, a real browser, the real `jbcall`, and a
//! network that misbehaves on command.
#![forbid(unsafe_code)]

pub mod chromium;
pub mod collab_services;
pub mod desk;
pub mod jbcall;
pub mod netlab;
pub mod process;
pub mod servers;
pub mod sound;
pub mod web;
