#!/bin/sh
# Installs pprotect for this user: downloads the binary for this system, verifies it against the release's
# SHA256SUMS, and moves it to $PREFIX/bin.
#
#   PREFIX             where to install; default: $HOME/.local
#   PPROTECT_BASE_URL  the URL of the directory with the release's files; default: the release of this file
#   PPROTECT_SUMS_SHA256  the SHA-256 that SHA256SUMS must have: pins the release; default: any
set -eu

# Set when a release is built.
RELEASE_URL=''

fail() {
  echo "install.sh: $1; nothing was installed" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# attempt WHAT COMMAND...
attempt() {
  what=$1
  shift
  output=$("$@" 2>&1) || fail "cannot $what${output:+: $(first_line "$output")}"
}

first_line() {
  printf '%s\n' "$1" | {
    IFS= read -r line
    printf '%s' "$line"
  }
}

# Where both are installed, glibc is the system's own: Alpine, which has musl, has neither of the first two.
is_musl() {
  if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then return 1; fi
  case $(ldd --version 2>&1) in
    *GLIBC* | *GNU*) return 1 ;;
    *musl*) return 0 ;;
    *) ls /lib/ld-musl-* >/dev/null 2>&1 ;;
  esac
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
    linux-x64 | linux-arm64 | linux-x64-musl | linux-arm64-musl | darwin-arm64 | darwin-x64) echo "$os-$cpu$libc" ;;
    *) fail "no binary for $os-$cpu$libc" ;;
  esac
}

# fetch URL FILE
fetch() {
  # No redirect leads away from HTTPS.
  case $1 in https:*) protocols='=https' ;; *) protocols='all' ;; esac
  if has curl; then
    attempt "download $1" \
      curl --proto "$protocols" --fail --silent --show-error --location --output "$2" "$1"
  elif has wget; then
    attempt "download $1" wget -q -O "$2" "$1"
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
  [ -n "$expected" ] || fail "SHA256SUMS has no line for $2"
  actual=$(sha256 "$1")
  [ "$actual" = "$expected" ] ||
    fail "$2 does not match SHA256SUMS (SHA-256 $actual, expected $expected)"
}

# does_not_run OUTPUT
does_not_run() {
  case $1 in
    *libstdc++*) fail "the binary needs libstdc++, which is not installed (on Alpine, run: apk add libstdc++)" ;;
    *) fail "the binary does not run on this system: $(first_line "$1")" ;;
  esac
}

main() {
  url=${PPROTECT_BASE_URL:-$RELEASE_URL}
  [ -n "$url" ] || fail "set PPROTECT_BASE_URL to the URL of the directory with the release's files"
  has sha256sum || has shasum ||
    fail "cannot verify the download: neither sha256sum nor shasum is installed"
  for program in awk tar; do
    has "$program" || fail "$program is not installed"
  done
  prefix=${PREFIX:-${HOME:+$HOME/.local}}
  [ -n "$prefix" ] || fail "set PREFIX to the directory to install to, or set HOME"
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  [ ! -d "$prefix/bin/pprotect" ] || fail "$prefix/bin/pprotect is a directory"
  name=pprotect-$(platform)

  attempt "make $prefix/bin" mkdir -p "$prefix/bin"
  # In the target directory, so that the binary is installed by one rename.
  attempt "make a directory in $prefix/bin" mktemp -d "$prefix/bin/.pprotect-install.XXXXXX"
  work=$output
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  fetch "$url/SHA256SUMS" "$work/SHA256SUMS"
  pinned=${PPROTECT_SUMS_SHA256:-}
  if [ -n "$pinned" ]; then
    actual=$(sha256 "$work/SHA256SUMS")
    [ "$actual" = "$pinned" ] ||
      fail "SHA256SUMS is not the pinned one (SHA-256 $actual, PPROTECT_SUMS_SHA256 is $pinned)"
  fi
  fetch "$url/$name.tar.gz" "$work/$name.tar.gz"
  verify "$work/$name.tar.gz" "$name.tar.gz" "$work/SHA256SUMS"
  attempt "unpack $name.tar.gz" tar -xzf "$work/$name.tar.gz" -C "$work"
  version=$("$work/$name/pprotect" version 2>&1) || does_not_run "$version"
  attempt "write $prefix/bin/pprotect" mv -f "$work/$name/pprotect" "$prefix/bin/pprotect"

  echo "Installed $version as $prefix/bin/pprotect"
  case :${PATH:-}: in
    *:"$prefix/bin":*) ;;
    *) echo "Add $prefix/bin to your PATH." ;;
  esac
  found=$(command -v pprotect) || found=
  case $found in
    '' | "$prefix/bin/pprotect") ;;
    *) echo "Another pprotect comes first in your PATH: $found" ;;
  esac
}

main
