#!/usr/bin/env bash
#
# Installs what the project needs on Debian 12 with Rust and Node, each only if missing.
#
# Usage:  scripts/setup.sh build     to build and run the command line (make demo)
#         scripts/setup.sh app       the above and what the window and the package need
#         scripts/setup.sh test      everything (make test, make bench)
#         scripts/setup.sh fuzz      to fuzz (make fuzz)
set -euo pipefail
. "$(dirname "$0")/env.sh"

LEVEL=${1:-test}
CARGO_DENY=0.20.2
TAURI_DRIVER=2.1.0
CARGO_FUZZ=0.13.1

die()  { printf 'error: %s\n' "$*" >&2; exit 1; }
note() { printf '== %s\n' "$*"; }

# ---------------------------------------------------------------- Debian packages
build=(build-essential cmake pkg-config libasound2-dev)
app=(libwebkit2gtk-4.1-dev librsvg2-dev desktop-file-utils xdg-utils)
test=(
  # the mediasoup worker
  flatbuffers-compiler libssl-dev libuv1-dev libsrtp2-dev libusrsctp-dev libflatbuffers-dev
  libabsl-dev python3 python3-venv
  # servers, browsers, the window
  chromium chromium-driver coturn nginx-light nftables iproute2 procps xvfb dbus dbus-x11
  webkit2gtk-driver pulseaudio pulseaudio-utils libasound2-plugins xdotool imagemagick
  fonts-noto-core fonts-dejavu-core gstreamer1.0-plugins-base
)
case $LEVEL in
  build | fuzz) packages=("${build[@]}") ;;
  app)   packages=("${build[@]}" "${app[@]}") ;;
  test)  packages=("${build[@]}" "${app[@]}" "${test[@]}") ;;
  *)     die "unknown level '$LEVEL' (build, app, test, fuzz)" ;;
esac

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }
missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
if [ ${#missing[@]} -gt 0 ]; then
  note "apt-get install ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || die "missing packages, and neither root nor sudo without a password. Run:
  sudo apt-get install -y --no-install-recommends ${missing[*]}"
    as_root=(sudo -n)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
fi

# ---------------------------------------------------------------- Rust
command -v cargo >/dev/null || die "Rust 1.94 or newer is needed (https://rustup.rs)"
tool() { # crate, version: kept in the cache; one found on the path is taken as it is
  if command -v "$1" >/dev/null 2>&1; then return; fi
  note "cargo install $1 $2"
  CARGO_TARGET_DIR=$JBCALL_CACHE/tools/target cargo install --locked --quiet --root "$JBCALL_CACHE/tools" --version "$2" "$1" </dev/null
  rm -rf "$JBCALL_CACHE/tools/target"
}
case $LEVEL in
  build) exit 0 ;;
  fuzz) tool cargo-fuzz "$CARGO_FUZZ"; exit 0 ;;
esac

# ---------------------------------------------------------------- npm packages
command -v npm >/dev/null || die "Node.js 20 or newer with npm is needed"
npm_ci() { # folder: installs what its lock file names, again only when that changes
  local folder=$1 stamp=$1/node_modules/.locked want
  want=$(sha256sum < "$folder/package-lock.json")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return; fi
  note "npm ci in ${folder#"$ROOT"/}"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null)
  printf '%s\n' "$want" > "$stamp"
}
locks() { find "$ROOT" -name package-lock.json -not -path '*/node_modules/*' -not -path '*/golden/*' -not -path "$ROOT/target/*" | sort; }
if [ "$LEVEL" = app ]; then
  npm_ci "$ROOT/ui"
  npm_ci "$ROOT/src-tauri"
else
  for lock in $(locks); do npm_ci "$(dirname "$lock")"; done
fi
if [ "$LEVEL" = app ]; then exit 0; fi

# ---------------------------------------------------------------- Rust components and tools
component() { # cargo subcommand, rustup component
  cargo "$1" --version >/dev/null 2>&1 || rustup component add "$2" || die "rustup component add $2 failed"
}
component fmt rustfmt
component clippy clippy
tool cargo-deny "$CARGO_DENY"
tool tauri-driver "$TAURI_DRIVER"

# ---------------------------------------------------------------- Python servers
python_environment() { # folder, pins: made again only when those change
  local folder=$1 requirements=$2 pins
  pins=$(sha256sum < "$requirements")
  if [ "$(cat "$folder/.pinned" 2>/dev/null)" = "$pins" ]; then return; fi
  note "Python environment of ${requirements#"$ROOT"/}"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" </dev/null
  printf '%s\n' "$pins" > "$folder/.pinned"
}
python_environment "$JBCALL_VENV" "$ROOT/src-tauri/crates/socketio/tests/servers/requirements.txt"
python_environment "$JBCALL_VENV_OLDER" "$ROOT/src-tauri/crates/fieldtest/tests/deployments/servers/requirements-starlette-0.27.txt"

# ---------------------------------------------------------------- the SFU's worker
note "mediasoup worker (the first time it is built, which takes a few minutes)"
"$ROOT/scripts/build-mediasoup-worker.sh" </dev/null
