#!/usr/bin/env bash
#
# Fuzzes the parsers of foreign input. With a nightly compiler and cargo-fuzz by libFuzzer,
# otherwise by the seeded mutations of the crates' own tests, many more than `make test`.
#
# Usage:  scripts/fuzz.sh [SECONDS]      per target (60)
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"
SECONDS_EACH=${1:-60}
if cargo +nightly fuzz --version >/dev/null 2>&1; then
  for target in $(cd fuzz && cargo +nightly fuzz list); do
    (cd fuzz && cargo +nightly fuzz run "$target" -- -max_total_time="$SECONDS_EACH")
  done
else
  printf 'no cargo-fuzz with a nightly compiler: seeded mutations instead\n'
  PROPTEST_CASES=${PROPTEST_CASES:-200000} cargo test --release -p socketio -p signaling fuzz </dev/null
fi
