#!/usr/bin/env bash
#
# Builds the `mediasoup-worker` binary of the reference gateway from the mediasoup npm
# package against the libraries of a Debian 12 (or similar) system, once. Nothing is
# downloaded except the npm package itself (and meson/ninja from PyPI when they are
# missing), so it also works where the prebuilt workers and Meson's wrap downloads are out
# of reach. About 3 minutes on 2 cores.
#
# Usage:  scripts/build-mediasoup-worker.sh [VERSION]      (default: the version in
#         tests/package.json, which must be the same as the worker's)
#
# The result is kept in ${JBCALL_CACHE:-$HOME/.cache/jbcall}/worker, by version and by the
# content of this script; mediasoup-worker-VERSION there points to it. Its path is the last
# line printed.
#
# Environment (all optional):
#   WORKDIR      empty or new directory to build in; default: a mktemp directory, removed on success
#   KEEP_WORKDIR 1 = do not remove the temporary directory
#   TARBALL      an already downloaded mediasoup-VERSION.tgz instead of `npm pack`
#   JOBS         parallel compile jobs (default: number of CPUs)
#   OPT          compiler optimisation level 0, 1, 2, 3 or s (default 1: quick to build, fast enough for tests)
#   SMOKE_TEST   0 = skip the final check (npm mediasoup starts the binary, creates a worker and a router)

set -euo pipefail

die()  { printf 'error: %s\n' "$*" >&2; exit 1; }
note() { printf '%s\n' "== $*"; }
usage() { awk 'NR > 2 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; exit "${1:-0}"; }  # the header comment above

case "${1:-}" in -h|--help) usage ;; esac
[ $# -le 1 ] || usage 2 >&2
SCRIPT=$(realpath "${BASH_SOURCE[0]}")
PACKAGE_JSON=$(dirname "$SCRIPT")/../tests/package.json
VERSION=${1:-$(sed -n 's/^ *"mediasoup": *"\([^"]*\)".*/\1/p' "$PACKAGE_JSON")}
OUTDIR=${JBCALL_CACHE:-$HOME/.cache/jbcall}/worker
[[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "VERSION must look like 3.15.8, got '$VERSION'"
[ "$(uname -s)" = Linux ] || die "this script is for Linux; on other systems use the package's own build"
JOBS=${JOBS:-$(nproc)}
OPT=${OPT:-1}
SMOKE_TEST=${SMOKE_TEST:-1}
MESON_MIN=1.1.0     # required by worker/meson.build; Debian 12 ships 1.0.1

# ---------------------------------------------------------------- cached?
mkdir -p "$OUTDIR"; OUTDIR=$(realpath "$OUTDIR")
HASH=$(sha256sum "$SCRIPT" | cut -c1-12)
BIN=$OUTDIR/mediasoup-worker-$VERSION-$HASH
LINK=$OUTDIR/mediasoup-worker-$VERSION
publish() { ln -sfn "$(basename "$BIN")" "$LINK"; printf '%s\n' "$LINK"; }
if [ -x "$BIN" ]; then publish; exit 0; fi

# ---------------------------------------------------------------- prerequisites
missing_pkgs=()
need_cmd() { command -v "$1" >/dev/null 2>&1 || missing_pkgs+=("$2"); }
need_lib() { # pkg-config expression, Debian package
  command -v pkg-config >/dev/null 2>&1 || return 0
  pkg-config --exists "$1" 2>/dev/null || missing_pkgs+=("$2")
}
need_cmd g++        g++
need_cmd pkg-config pkg-config
need_cmd python3    python3
need_cmd tar        tar
need_cmd strip      binutils
need_cmd flatc      flatbuffers-compiler
need_lib 'openssl >= 3.0'           libssl-dev
need_lib libuv                      libuv1-dev
need_lib libsrtp2                   libsrtp2-dev
need_lib usrsctp                    libusrsctp-dev
need_lib flatbuffers                libflatbuffers-dev
need_lib 'absl_raw_hash_set absl_hash absl_flat_hash_map absl_strings absl_optional absl_bad_optional_access' libabsl-dev
if [ ${#missing_pkgs[@]} -gt 0 ]; then
  die "missing packages. On Debian/Ubuntu run:
  apt-get install -y --no-install-recommends ${missing_pkgs[*]}"
fi
if [ -z "${TARBALL:-}" ] || [ "$SMOKE_TEST" != 0 ]; then
  command -v npm >/dev/null 2>&1 || die "npm not found: install Node.js 20 or newer, or set TARBALL=... and SMOKE_TEST=0"
fi
[ -z "${TARBALL:-}" ] || TARBALL=$(realpath -e "$TARBALL") || die "TARBALL not found"

# ---------------------------------------------------------------- directories
if [ -n "${WORKDIR:-}" ]; then
  mkdir -p "$WORKDIR"; WORKDIR=$(realpath "$WORKDIR")
  [ -z "$(ls -A "$WORKDIR")" ] || die "WORKDIR $WORKDIR is not empty"
  cleanup() { :; }
else
  WORKDIR=$(mktemp -d "${TMPDIR:-/tmp}/mediasoup-worker.XXXXXX")
  cleanup() {
    if [ "$1" -eq 0 ] && [ "${KEEP_WORKDIR:-0}" != 1 ]; then rm -rf "$WORKDIR"; else echo "build directory kept: $WORKDIR" >&2; fi
  }
fi
trap 'cleanup $?' EXIT
cd "$WORKDIR"

# ---------------------------------------------------------------- meson and ninja
version_ge() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }
if command -v meson >/dev/null 2>&1 && command -v ninja >/dev/null 2>&1 && version_ge "$(meson --version)" "$MESON_MIN"; then
  note "meson $(meson --version), ninja $(ninja --version) from PATH"
else
  note "meson >= $MESON_MIN and ninja not found: installing both into a private virtual environment"
  python3 -m venv venv 2>venv.log || die "python3 -m venv failed ($(tail -n1 venv.log)). On Debian/Ubuntu: apt-get install -y --no-install-recommends python3-venv"
  venv/bin/pip install --quiet --disable-pip-version-check "meson>=$MESON_MIN" ninja || die "pip could not install meson and ninja"
  PATH=$WORKDIR/venv/bin:$PATH
fi

# ---------------------------------------------------------------- source
if [ -n "${TARBALL:-}" ]; then
  cp "$TARBALL" mediasoup.tgz
else
  note "npm pack mediasoup@$VERSION"
  packed=$(npm pack --silent "mediasoup@$VERSION" | tail -n1) || die "npm pack mediasoup@$VERSION failed"
  mv "$packed" mediasoup.tgz
fi
tar xzf mediasoup.tgz
[ -f package/worker/meson.build ] || die "the package holds no worker/meson.build; unexpected mediasoup package"
found=$(sed -n 's/^[[:space:]]*"version":[[:space:]]*"\([^"]*\)".*/\1/p' package/package.json | head -n1)
[ "$found" = "$VERSION" ] || die "the package is version $found, not $VERSION"
cd package/worker

# Deviation 1: Debian's libssl is built with kernel TLS. It therefore sends control
# queries such as BIO_get_ktls_send() through the BIO callback that mediasoup installs.
# That callback must return the given result for every call that carries the
# BIO_CB_RETURN flag, but it compares the whole operation with ==, so it answers 1
# ("kernel TLS active") to BIO_CB_CTRL|BIO_CB_RETURN; libssl then takes the kTLS path
# and the worker dies with a segmentation fault at the first DTLS flight.
# The flag has to be masked.
dtls=src/RTC/DtlsTransport.cpp
if grep -q '(operationType == BIO_CB_RETURN)' "$dtls"; then
  sed -i 's/(operationType == BIO_CB_RETURN)/(operationType \& BIO_CB_RETURN)/' "$dtls"
fi
if grep -q 'BIO_CB_RETURN' "$dtls"; then
  grep -q '(operationType & BIO_CB_RETURN)' "$dtls" || die "$dtls has changed: check how its BIO callback treats BIO_CB_RETURN"
fi

# Deviation 2: worker/meson.build takes its dependencies from Meson wraps, i.e. it
# downloads and compiles OpenSSL, libuv, libsrtp, usrsctp, Abseil and FlatBuffers.
# The wraps are removed and each subproject is replaced by a shim that defines the
# variables the main meson.build asks for (get_variable): *_dep points to the system
# library through pkg-config, *_lib is an empty static library because the main build
# passes it to link_whole.
rm -f subprojects/*.wrap
shim() { # name, text of meson_options.txt, text of meson.build after project()
  local dir=subprojects/$1 id=${1//-/_}
  mkdir -p "$dir"
  printf 'int shim_%s(void){return 0;}\n' "$id" > "$dir/empty.c"
  printf '%s\n' "$2" > "$dir/meson_options.txt"     # options the main build sets on the subproject must exist
  printf "project('%s','c')\n%s\n" "$1" "$3" > "$dir/meson.build"
}
empty_lib() { printf "static_library('%s','empty.c', build_by_default: false)" "$1"; }

shim openssl '' "openssl_dep = dependency('openssl', version: '>=3.0')
libcrypto_lib = $(empty_lib crypto_shim)
libssl_lib = $(empty_lib ssl_shim)"

shim libuv "option('build_tests', type: 'boolean', value: false)
option('build_benchmarks', type: 'boolean', value: false)" "libuv_dep = dependency('libuv')
libuv = $(empty_lib uv_shim)"

# Deviation 3: the worker is written against a libsrtp development version ("3.0 alpha"
# API: size_t lengths, srtp_stream_remove). Distributions ship libsrtp2 (int lengths,
# srtp_remove_stream; the SSRC is in network order in both). A header that comes first in
# the include path bridges the five calls; it adds no behaviour.
shim libsrtp2 "option('crypto-library', type: 'string', value: '')
option('crypto-library-kdf', type: 'string', value: '')
option('tests', type: 'string', value: '')" "libsrtp2_dep = declare_dependency(dependencies: dependency('libsrtp2'), include_directories: include_directories('inc'))
libsrtp2 = $(empty_lib srtp_shim)"
mkdir -p subprojects/libsrtp2/inc
cat > subprojects/libsrtp2/inc/srtp.h <<'H'
#pragma once
#include <srtp2/srtp.h>
#include <stddef.h>
#define MS_BRIDGE(fn) \
  static inline srtp_err_status_t ms_##fn(srtp_t ctx, void* buffer, size_t* len) { \
    int n = (int)*len; \
    srtp_err_status_t status = fn(ctx, buffer, &n); \
    if (n >= 0) *len = (size_t)n; \
    return status; \
  }
MS_BRIDGE(srtp_protect)
MS_BRIDGE(srtp_unprotect)
MS_BRIDGE(srtp_protect_rtcp)
MS_BRIDGE(srtp_unprotect_rtcp)
#define srtp_protect ms_srtp_protect
#define srtp_unprotect ms_srtp_unprotect
#define srtp_protect_rtcp ms_srtp_protect_rtcp
#define srtp_unprotect_rtcp ms_srtp_unprotect_rtcp
#define srtp_stream_remove(session, ssrc) srtp_remove_stream((session), (ssrc))
H

shim usrsctp "option('sctp_build_programs', type: 'boolean', value: false)" "usrsctp_dep = dependency('usrsctp')
usrsctp = $(empty_lib usrsctp_shim)"

shim abseil-cpp '' "absl_container_dep = [dependency('absl_raw_hash_set'), dependency('absl_hash'), dependency('absl_flat_hash_map')]
absl_strings_dep = dependency('absl_strings')
absl_types_dep = [dependency('absl_optional'), dependency('absl_bad_optional_access')]
absl_container_lib = $(empty_lib absl_shim)"

# Deviation 4: Catch2 is only used by the worker's own unit tests, which are not built.
shim catch2 '' "catch2_dep = declare_dependency()"

# Deviation 5: the message schemas are compiled with the system's flatc, so that the
# generated headers match the system's FlatBuffers headers. The wire format is the same
# as that of the npm package's prebuilt JavaScript.
shim flatbuffers '' "flatbuffers_dep = dependency('flatbuffers')
flatbuffers_lib = $(empty_lib fb_shim)
meson.override_find_program('flatc', find_program('$(command -v flatc)'))"

# ---------------------------------------------------------------- build
step() { # name, command...
  local name=$1; shift
  note "$name"
  "$@" >"$WORKDIR/$name.log" 2>&1 && return
  grep -nE 'error|ERROR' "$WORKDIR/$name.log" | head -n 30 >&2
  tail -n 15 "$WORKDIR/$name.log" >&2
  die "$name failed (complete log: $WORKDIR/$name.log)"
}
# Deviation 6: io_uring is switched off (optional, and liburing would be one more wrap).
step configure meson setup --wrap-mode=nodownload --buildtype release -Db_ndebug=true "-Doptimization=$OPT" -Dms_disable_liburing=true build
step flatbuffers-headers meson compile -C build flatbuffers-generator
step compile ninja -j "$JOBS" -C build mediasoup-worker

BUILT=$WORKDIR/mediasoup-worker
strip -o "$BUILT" build/mediasoup-worker

# ---------------------------------------------------------------- check
if [ "$SMOKE_TEST" != 0 ]; then
  note "smoke test: mediasoup $VERSION (npm) with this worker"
  mkdir "$WORKDIR/smoke"; cd "$WORKDIR/smoke"
  printf '{"private":true}\n' > package.json
  npm install --silent --ignore-scripts --no-audit --no-fund "mediasoup@$VERSION" >npm.log 2>&1 || { tail -n 5 npm.log >&2; die "npm install mediasoup@$VERSION failed"; }
  cat > smoke.cjs <<'JS'
const mediasoup = require('mediasoup');
(async () => {
  const worker = await mediasoup.createWorker({ logLevel: 'warn' });
  worker.on('died', (e) => { console.error('worker died', e); process.exit(1); });
  const router = await worker.createRouter({ mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 }, { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 }] });
  const t = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
  console.log(`worker pid ${worker.pid}, router with ${router.rtpCapabilities.codecs.length} codecs, transport ${t.iceCandidates.length} candidate(s)`);
  worker.close();
})().catch((e) => { console.error(e); process.exit(1); });
JS
  MEDIASOUP_WORKER_BIN=$BUILT timeout 60 node smoke.cjs || die "the built worker does not start"
fi
# Renamed into place, so that a run beside this one never sees half a binary.
cp "$BUILT" "$BIN.$$" && mv -f "$BIN.$$" "$BIN"
publish
