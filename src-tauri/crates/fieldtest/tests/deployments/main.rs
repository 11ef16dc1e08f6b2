//! Deployments with the real servers on loopback (tests/deployments/servers), asked and diagnosed.

mod cases;
mod idle;
mod lab;
mod promises;
