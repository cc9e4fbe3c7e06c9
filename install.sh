#!/bin/sh
# Installs pprotect for this user: downloads the binary for this system, verifies it against the release's
# SHA256SUMS, and moves it to $PREFIX/bin.
#
#   PREFIX             where to install; default: $HOME/.local
#   PPROTECT_BASE_URL  the URL of the directory with the release's files; default: the release of this file
set -eu

# Set when a release is built.
RELEASE_URL=''

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# musl may be installed beside glibc, so check for glibc first.
is_musl() {
  ! getconf GNU_LIBC_VERSION >/dev/null 2>&1 && ls /lib/ld-musl-* >/dev/null 2>&1
}

platform() {
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "no binary for $(uname -s); on Windows, unpack pprotect-windows-x64.tar.gz or install with npm" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) fail "no binary for processor $(uname -m)" ;;
  esac
  if [ "$os" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    cpu=arm64 # An x64 shell under Rosetta.
  fi
  libc=
  if [ "$os" = linux ] && is_musl; then libc=-musl; fi
  case $os-$cpu$libc in
    linux-x64 | linux-arm64 | linux-x64-musl | darwin-arm64 | darwin-x64) echo "$os-$cpu$libc" ;;
    *) fail "no binary for $os-$cpu$libc" ;;
  esac
}

# fetch URL FILE
fetch() {
  if has curl; then
    curl --fail --silent --show-error --location --output "$2" "$1" || fail "cannot download $1"
  elif has wget; then
    wget --quiet --output-document="$2" "$1" || fail "cannot download $1"
  else
    fail "neither curl nor wget is installed"
  fi
}

sha256() {
  if has sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# verify FILE NAME SUMS
verify() {
  expected=$(awk -v name="$2" '$2 == name || $2 == "*" name { print $1 }' "$3")
  [ -n "$expected" ] || fail "SHA256SUMS has no line for $2; nothing was installed"
  actual=$(sha256 "$1")
  [ "$actual" = "$expected" ] ||
    fail "$2 does not match SHA256SUMS (SHA-256 $actual, expected $expected); nothing was installed"
}

main() {
  url=${PPROTECT_BASE_URL:-$RELEASE_URL}
  [ -n "$url" ] || fail "set PPROTECT_BASE_URL to the URL of the directory with the release's files"
  has sha256sum || has shasum ||
    fail "cannot verify the download: neither sha256sum nor shasum is installed"
  prefix=${PREFIX:-${HOME:+$HOME/.local}}
  [ -n "$prefix" ] || fail "set PREFIX to the directory to install to, or set HOME"
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  [ ! -d "$prefix/bin/pprotect" ] || fail "$prefix/bin/pprotect is a directory; nothing was installed"
  name=pprotect-$(platform)

  mkdir -p "$prefix/bin"
  # In the target directory, so that the binary is installed by one rename.
  work=$(mktemp -d "$prefix/bin/.pprotect-install.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  fetch "$url/SHA256SUMS" "$work/SHA256SUMS"
  fetch "$url/$name.tar.gz" "$work/$name.tar.gz"
  verify "$work/$name.tar.gz" "$name.tar.gz" "$work/SHA256SUMS"
  tar -xzf "$work/$name.tar.gz" -C "$work"
  output=$("$work/$name/pprotect" version 2>&1) ||
    fail "the binary does not run on this system; nothing was installed: $output"
  mv -f "$work/$name/pprotect" "$prefix/bin/pprotect"

  echo "Installed $output as $prefix/bin/pprotect"
  case :${PATH:-}: in
    *:"$prefix/bin":*) ;;
    *) echo "Add $prefix/bin to your PATH." ;;
  esac
}

main
