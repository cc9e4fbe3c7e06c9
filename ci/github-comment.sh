#!/usr/bin/env bash
# github-comment.sh SUMMARY.md RESULT.json: writes the summary into one comment of a pull request. Later runs edit it. Of a
# change that does nothing to secrets, no comment is written, unless there is one.
set -euo pipefail

# The first line of the comment, by which it is found again.
marker='<!-- pprotect summary -->'
# GitHub takes 65,536 characters.
max_bytes=60000

for program in curl jq; do
  command -v "$program" >/dev/null || { echo "pprotect: $program is not installed" >&2; exit 1; }
done
[[ $PULL_REQUEST =~ ^[0-9]+$ ]]
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# api METHOD PATH [FILE]: the token is never an argument, which other processes could see.
api() {
  printf 'Authorization: Bearer %s\n' "$INPUT_TOKEN" |
    curl --fail --silent --show-error --request "$1" --header @- \
      --header 'Accept: application/vnd.github+json' ${3:+--data-binary "@$3"} \
      "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$2"
}

# Anyone may write a comment that begins with the marker: only our own is edited.
comment=
for page in 1 2 3 4 5 6 7 8 9 10; do
  api GET "issues/$PULL_REQUEST/comments?per_page=100&page=$page" >"$work/page"
  comment=$(jq --raw-output --arg author "$INPUT_COMMENT_AUTHOR" --arg marker "$marker" \
    'map(select(.user.login == $author and (.body | startswith($marker)))) | .[0].id // empty' "$work/page")
  [[ -z $comment && $(jq length "$work/page") -eq 100 ]] || break
done

is_quiet=$(jq '.result | [.stores, .manifests, .findings, .warnings] | map(length) | add == 0' "$2" 2>/dev/null) || is_quiet=false
if [[ -z $comment && $is_quiet == true ]]; then exit 0; fi

{
  echo "$marker"
  if (($(wc -c <"$1") > max_bytes)); then
    echo "The summary of pprotect is too long for a comment. The summary of the job has all of it."
  else
    cat "$1"
  fi
} >"$work/text"
jq --raw-input --slurp '{ body: . }' "$work/text" >"$work/body"
if [[ -n $comment ]]; then
  api PATCH "issues/comments/$comment" "$work/body" >/dev/null
else
  api POST "issues/$PULL_REQUEST/comments" "$work/body" >/dev/null
fi
