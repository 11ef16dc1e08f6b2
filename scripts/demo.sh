#!/usr/bin/env bash
#
# A call on this computer: an embedded gateway, a participant that talks, and you. With a
# display it is the window; without, the terminal, which listens for ten seconds and fails
# when the talker is not heard.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

windowed=
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then windowed=yes; fi
if [ -n "$windowed" ]; then
  scripts/setup.sh app
  npm --prefix ui run build </dev/null
  cargo build --locked -p cli -p jbcalling --features jbcalling/custom-protocol
else
  scripts/setup.sh build
  cargo build --locked -p cli
fi
jbcall=$CARGO_TARGET_DIR/debug/jbcall

folder=$(mktemp -d)
host=
finish() {
  if [ -n "$host" ]; then kill "$host" 2>/dev/null || true; wait "$host" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

"$jbcall" host --bind 127.0.0.1 --talker --json >"$folder/host" 2>"$folder/log" </dev/null &
host=$!
link=
for _ in $(seq 200); do
  link=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/room/[^"]+' "$folder/host" | head -n 1 || true)
  if [ -n "$link" ] || ! kill -0 "$host" 2>/dev/null; then break; fi
  sleep 0.1
done
if [ -z "$link" ]; then
  cat "$folder/host" "$folder/log" >&2
  printf 'error: the gateway did not start\n' >&2
  exit 1
fi
printf '\nThe room is open: %s\n\n' "$link"

if [ -n "$windowed" ]; then
  printf 'Press Join in the window to talk with the one who is there. Close it to end.\n'
  "$CARGO_TARGET_DIR/debug/jbcalling" "$link"
  exit
fi

# A file in place of the speaker, so that it can be shown that something was heard.
"$jbcall" join "$link" --name Demo --mic none --speaker "$folder/heard.wav" --duration 10 </dev/null
printf '\nWhat was heard of the talker, by half seconds:\n'
od -An -v -td2 -w2 -j44 "$folder/heard.wav" | awk '
  function db(v) { return v > 0 ? 20 * log(v / 32768) / log(10) : -90 }
  function show(  bar, i) {
    for (i = -60; i < db(peak); i += 2) bar = bar "#"
    printf "  %5.1f s  %6.1f dBFS  %s\n", NR / 48000, db(peak), bar
    if (peak > most) most = peak
    peak = 0
  }
  { v = $1 < 0 ? -$1 : $1; if (v > peak) peak = v }
  NR % 24000 == 0 { show() }
  END {
    if (most < 300) { print "\nerror: the talker was not heard" > "/dev/stderr"; exit 1 }
    print "\nThe talker was heard."
  }'
