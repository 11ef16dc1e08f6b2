#!/usr/bin/env bash
#
# Builds the Debian package, unpacks it into an empty root and looks at what a computer would
# get: size, files, dependencies, link handler, and both programs running.
set -uo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT" || exit 1

LARGEST=$((20 * 1024 * 1024))
passed=0
failed=0
check() { # what, command...: its output is shown when it fails
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$what"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n%s\n' "$what" "$output"
  fi
}

rm -rf dist
scripts/package.sh || { printf '0 passed, 1 failed\n'; exit 1; }
deb=$(ls dist/*.deb)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
printf 'package %s, %s bytes\n' "$deb" "$(stat -c %s "$deb")"

at_most() { [ "$1" -le "$2" ] || { echo "$1 > $2"; return 1; }; }
depends_on() { dpkg-deb -f "$deb" Depends | grep -q -- "$1"; }
says() { local expected=$1; shift; "$@" | grep -q -- "$expected"; }

check "is at most 20 MiB" at_most "$(stat -c %s "$deb")" "$LARGEST"
check "unpacks" dpkg-deb -x "$deb" "$root"
check "has the app" test -x "$root/usr/bin/jbcalling"
check "has the command line" test -x "$root/usr/bin/jbcall"
check "has icons" test -f "$root/usr/share/icons/hicolor/128x128/apps/jbcalling.png"
check "has completions" test -s "$root/usr/share/bash-completion/completions/jbcall"
for library in libwebkit2gtk-4.1-0 libgtk-3-0 libasound2; do
  check "depends on $library" depends_on "$library"
done

entry=$(ls "$root"/usr/share/applications/*.desktop)
check "has a valid desktop entry" desktop-file-validate "$entry"
check "opens jbcall links" grep -q '^MimeType=.*x-scheme-handler/jbcall' "$entry"
check "hands the link over" grep -q '^Exec=jbcalling %u$' "$entry"

# A root of its own, the way a fresh computer registers the handler.
handler() {
  update-desktop-database "$root/usr/share/applications"
  XDG_DATA_HOME=$root/home XDG_DATA_DIRS=$root/usr/share XDG_CONFIG_HOME=$root/config \
    XDG_CURRENT_DESKTOP=X-Generic xdg-mime query default x-scheme-handler/jbcall
}
check "is the handler of jbcall links" says "$(basename "$entry")" handler

# Every library that the programs load is there when the dependencies are installed.
libraries() { ! ldd "$1" | grep 'not found'; }
check "the app finds its libraries" libraries "$root/usr/bin/jbcalling"
check "the command line finds its libraries" libraries "$root/usr/bin/jbcall"
check "jbcall --version runs" says '^jbcall [0-9]' "$root/usr/bin/jbcall" --version
check "jbcalling --version runs" says '^jbcalling [0-9]' "$root/usr/bin/jbcalling" --version

no_display() {
  local output status=0
  output=$(env -u DISPLAY -u WAYLAND_DISPLAY "$root/usr/bin/jbcalling" 2>&1) || status=$?
  echo "$output"
  [ "$status" -eq 3 ] && grep -q 'no display' <<<"$output"
}
check "says so where there is no display" no_display

# dpkg itself agrees, without touching this computer.
installs() {
  mkdir -p "$root/dpkg/updates" "$root/dpkg/info" && touch "$root/dpkg/status"
  dpkg --admindir="$root/dpkg" --force-all --no-triggers --instdir="$root/installed" -i "$deb" &&
    test -x "$root/installed/usr/bin/jbcalling" && test -x "$root/installed/usr/bin/jbcall"
}
mkdir -p "$root/installed"
check "dpkg installs it" installs

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
