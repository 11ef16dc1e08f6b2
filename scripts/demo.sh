#!/usr/bin/env bash
#
# A call and a record on this computer: an embedded gateway with a participant that talks, a
# collaboration service with two simulated colleagues at work, and you. With a display it is the
# window; without, the terminal, which listens for ten seconds, watches for eight, and fails when the
# talker is not heard or the colleagues are not seen.
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
servers=()
finish() {
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT

serve() { # name, command...: started in the background, its link goes to $link
  local name=$1 server
  shift
  "$@" --json >"$folder/$name" 2>"$folder/$name.log" </dev/null &
  server=$!
  servers+=("$server")
  link=
  for _ in $(seq 200); do
    link=$(sed -nE 's/.*"link":"([^"]+)".*/\1/p' "$folder/$name" | head -n 1)
    if [ -n "$link" ] || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  if [ -z "$link" ]; then
    cat "$folder/$name" "$folder/$name.log" >&2
    printf 'error: the %s did not start\n' "$name" >&2
    exit 1
  fi
}

serve "collaboration service" "$jbcall" collab serve --colleagues 2
record=$link
serve gateway "$jbcall" host --bind 127.0.0.1 --talker
printf '\nThe room is open:   %s\nThe record is open: %s\n\n' "$link" "$record"

if [ -n "$windowed" ]; then
  printf 'Press Join in the window to talk with the one who is there, and open the record to see what\n'
  printf 'two colleagues do. Close the window to end.\n'
  # As a click on a link to the record would.
  (sleep 6 && "$CARGO_TARGET_DIR/debug/jbcalling" "$record" >/dev/null 2>&1) &
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

printf '\nWhat the colleagues do:\n'
"$jbcall" collab watch "$record" --user-id you --name You --duration 8 </dev/null | tee "$folder/seen"
if ! grep -q ' = ' "$folder/seen"; then
  printf 'error: no colleague was seen at work\n' >&2
  exit 1
fi
