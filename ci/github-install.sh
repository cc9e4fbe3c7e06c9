#!/usr/bin/env bash
# The first step of action.yml: installs the release that the action belongs to, and puts it on PATH. install.sh verifies
# it against the release's SHA256SUMS, and that against the input sums-sha256 if there is one.
set -euo pipefail

action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=${INPUT_VERSION:-$(sed -n 's/^  "version": "\([^"]*\)",$/\1/p' "$action/package.json")}
if [[ ! $version =~ ^[0-9A-Za-z.+-]+$ ]]; then
  echo "pprotect: \"version\" is not the version of a release" >&2
  exit 1
fi
url=${INPUT_BASE_URL:-}
if [[ -z $url ]]; then
  if [[ -z ${ACTION_REPOSITORY:-} ]]; then
    echo "pprotect: give \"base-url\": the action does not know its own repository here" >&2
    exit 1
  fi
  url=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/v$version
fi

export PREFIX=$RUNNER_TEMP/pprotect
export PPROTECT_BASE_URL=$url
export PPROTECT_SUMS_SHA256=${INPUT_SUMS_SHA256:-}
sh "$action/install.sh"
echo "$PREFIX/bin" >>"$GITHUB_PATH"
