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

# Tauri packs with gzip and names the file by the product, with a space; Debian's own xz makes it a
# third smaller.
mkdir -p dist
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
for built in "$CARGO_TARGET_DIR"/release/bundle/deb/*.deb; do
  name=$(dpkg-deb --show --showformat='${Package}_${Version}_${Architecture}.deb' "$built")
  dpkg-deb --raw-extract "$built" "$unpacked/$name"
  dpkg-deb --root-owner-group -Zxz --build "$unpacked/$name" "dist/$name" >/dev/null
  printf 'Package: dist/%s (%s KiB)\n' "$name" "$(($(stat -c %s "dist/$name") / 1024))"
done
