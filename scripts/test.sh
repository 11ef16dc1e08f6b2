#!/usr/bin/env bash
#
# Runs every check and test, goes on after a failure, and ends with one line of totals.
#
# Usage:  scripts/test.sh [STAGE…]      stages: format ui lint licences crates reports gateway
#         interop window package; default all of them, in this order
set -uo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT" || exit 1

LOGS=$ROOT/artifacts/test
mkdir -p "$LOGS"
passed=0
failed=0
summary=()
failures=()

# ---------------------------------------------------------------- counting
sum() { awk '{ s += $1 } END { print s + 0 }'; }
plain() { sed 's/\x1b\[[0-9;]*m//g' "$1"; }

# How many tests a log tells of, in the words of cargo test, node --test, vitest, and
# "N passed, N failed".
count() { # log, passed|failed
  local word=$1 log=$2
  {
    plain "$log" | sed -nE "s/^test result: .* ([0-9]+) $word;.*/\1/p"
    plain "$log" | sed -nE "s/^ *Tests .*[^0-9]([0-9]+) $word.*/\1/p"
    plain "$log" | sed -nE "s/^# ${word%ed} ([0-9]+)\$/\1/p"
    if [ "$word" = passed ]; then
      plain "$log" | sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p'
    else
      plain "$log" | sed -nE 's/^[0-9]+ passed, ([0-9]+) failed$/\1/p'
    fi
  } | sum
}

# The lines that name what failed, in the words of cargo, node --test, vitest and our own checks.
reasons() { # log
  plain "$1" | grep -E '^(test .* FAILED$|.* panicked at |not ok |error(\[|:)| *(FAIL|×) |PROBLEM |FAILED )' | head -n 20
}

run() { # name, command...: its output goes to a log and, if it fails, to the screen
  local name=$1 log start status ok bad
  shift
  log=$LOGS/${name// /-}.log
  start=$SECONDS
  printf '== %s\n' "$name"
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  ok=$(count passed "$log")
  bad=$(count failed "$log")
  # A check without tests of its own counts as one; so does a run that broke off.
  if [ "$status" -eq 0 ] && [ $((ok + bad)) -eq 0 ]; then ok=1; fi
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  summary+=("$(printf '%-28s %5d passed %4d failed %5d s' "$name" "$ok" "$bad" $((SECONDS - start)))")
  if [ "$bad" -gt 0 ]; then
    tail -n 150 "$log"
    printf '^^ %s failed; complete log: %s\n' "$name" "$log"
    failures+=("$(reasons "$log" | sed "s/^/  $name: /")")
  fi
}

# ---------------------------------------------------------------- stages

format() { run format cargo fmt --all --check; }

lint() { run lint cargo clippy --workspace --all-targets --locked -- -D warnings; }

licences() { run licences cargo deny --locked check licenses bans sources; }

crates() {
  run crates cargo test --workspace --locked --no-fail-fast --exclude tests
}

# The pages of the doctor's reports, as a browser shows them.
reports() {
  local pages=$ROOT/artifacts/reports
  run "report pages" bash -c "cargo run --quiet --locked -p fieldtest --example made_up_reports -- '$pages' &&
    npm --prefix ui run reports -- '$pages'"
}

gateway() { run "reference gateway" npm --prefix tests test; }

# The window's build embeds the interface, so this comes before everything that compiles it.
ui() {
  run "ui build" npm --prefix ui run build
  run "ui lint" npm --prefix ui run lint
  run "ui types" npm --prefix ui run check
  run "ui tests" npm --prefix ui test
  run "ui screens" npm --prefix ui run screens
}

interop() {
  run interop cargo test -p tests --locked --no-fail-fast --lib --test netlab --test call --test faults --test paths --test field_faults --test monitor --test collab_services --test collab
}

window() {
  [ -d tests/tests/window ] || return
  run window cargo test -p tests --locked --no-fail-fast --test window
}

package() {
  [ -x scripts/check-package.sh ] || return
  run package scripts/check-package.sh
}

all=(format ui lint licences crates reports gateway interop window package)
if [ $# -eq 0 ]; then set -- "${all[@]}"; fi
for stage in "$@"; do
  case " ${all[*]} " in
    *" $stage "*) "$stage" ;;
    *) printf 'error: no stage %s (%s)\n' "$stage" "${all[*]}" >&2; exit 2 ;;
  esac
done

printf '\n'
printf '%s\n' "${summary[@]}"
if [ ${#failures[@]} -gt 0 ]; then printf '\n%s\n' "${failures[@]}"; fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
