//! The embedded call gateway: demos, tests and calls on a LAN
