//! Harness of the interop tests.
