#!/usr/bin/env bash
#
# Builds the Debian package with the app and the command line, and says where it is.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

npm --prefix ui run build </dev/null
cargo build --release --locked -p cli

staged=$ROOT/src-tauri/gen/package
mkdir -p "$staged"
cp "$CARGO_TARGET_DIR/release/jbcall" "$staged/jbcall"
"$staged/jbcall" completions bash > "$staged/jbcall.bash"
"$staged/jbcall" completions zsh > "$staged/_jbcall"
"$staged/jbcall" completions fish > "$staged/jbcall.fish"

(cd src-tauri && npx --no-install tauri build --ci --bundles deb -- --locked </dev/null)

mkdir -p dist
cp "$CARGO_TARGET_DIR"/release/bundle/deb/*.deb dist/
for deb in dist/*.deb; do
  printf 'Package: %s (%s KiB)\n' "$deb" "$(($(stat -c %s "$deb") / 1024))"
done
