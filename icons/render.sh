#!/bin/sh
# Makes the PNGs from the SVGs. Needs rsvg-convert (Debian: librsvg2-bin).
set -eu
cd "$(dirname "$0")"
render() { rsvg-convert -w "$2" -h "$2" "$1" -o "$3"; }
render icon.svg 32 32x32.png
render icon.svg 128 128x128.png
render icon.svg 256 128x128@2x.png
render icon.svg 512 icon.png
render tray.svg 32 tray.png
render tray.svg 64 tray@2x.png
render tray-muted.svg 32 tray-muted.png
render tray-muted.svg 64 tray-muted@2x.png
