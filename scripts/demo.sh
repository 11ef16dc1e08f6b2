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
loudest=$(od -An -v -td2 -w2 -j44 "$folder/heard.wav" | awk '{ v = $1 < 0 ? -$1 : $1; if (v > m) m = v } END { print m + 0 }')
if [ "$loudest" -lt 300 ]; then
  printf '\nerror: the talker was not heard\n' >&2
  exit 1
fi
awk -v m="$loudest" 'BEGIN { printf "\nThe talker was heard: the loudest sample was %.0f dBFS.\n", 20 * log(m / 32768) / log(10) }'
