//! One connection's acks, liveness and recovery, without I/O.
