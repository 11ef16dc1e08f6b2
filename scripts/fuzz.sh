#!/usr/bin/env bash
#
# Fuzzes the parsers of foreign input by libFuzzer, which is guided by coverage. What it finds
# it leaves in fuzz/artifacts; the inputs that led somewhere new stay in the cache.
#
# Usage:  scripts/fuzz.sh [SECONDS]      per target (60)
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT/fuzz"
SECONDS_EACH=${1:-60}
# Instrumentation is an unstable compiler option; this lets the stable compiler take it, so that
# no second toolchain is needed.
export RUSTC_BOOTSTRAP=1
for target in $(cargo fuzz list); do
  printf '== %s\n' "$target"
  corpus=$JBCALL_CACHE/corpus/$target
  mkdir -p "$corpus"
  cargo fuzz run --sanitizer none "$target" "$corpus" -- -max_total_time="$SECONDS_EACH" -print_final_stats=1
done
