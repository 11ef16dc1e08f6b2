#!/usr/bin/env bash
#
# Prints the table of speed and size, ours beside Chromium's. Release builds.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
npm --prefix ui run build </dev/null
cargo build --release --locked -p cli -p tests -p jbcalling --features jbcalling/custom-protocol
cargo bench --locked -p socketio --bench acks --no-run
export JBCALL_BIN=$CARGO_TARGET_DIR/release/jbcall JBCALLING_BIN=$CARGO_TARGET_DIR/release/jbcalling
exec "$CARGO_TARGET_DIR/release/bench" "$@" </dev/null
