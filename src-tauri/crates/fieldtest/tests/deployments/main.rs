//! Deployments with the real servers on loopback (tests/deployments/servers), asked and diagnosed.

mod cases;
mod lab;
mod promises;
