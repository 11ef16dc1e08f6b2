#!/usr/bin/env bash
#
# Prints the table of speed and size, ours beside Chromium's. Release builds.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
cargo build --release --locked -p cli -p tests
exec "$CARGO_TARGET_DIR/release/bench" "$@" </dev/null
