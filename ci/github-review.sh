#!/usr/bin/env bash
# The second step of action.yml: `check`, `git check` and `git summary`, the summary of the job, and one comment.
#
#   BASE           the commit that the change is compared with; none or zeros: the last commit alone is checked
#   PULL_REQUEST   its number, or nothing
#   INPUT_…        the inputs of the action
set -uo pipefail

failed=()
summary=$RUNNER_TEMP/pprotect-summary.md
result=$RUNNER_TEMP/pprotect-summary.json
sarif=$RUNNER_TEMP/pprotect.sarif
echo "summary=$summary" >>"$GITHUB_OUTPUT"

base=${BASE:-}
if [[ ! $base =~ ^[0-9a-f]{40,64}$ || $base =~ ^0+$ ]]; then base=HEAD~1; fi
if git rev-parse --verify --quiet "$base^{commit}" >/dev/null; then
  range=$base..HEAD
elif [[ $base == HEAD~1 ]]; then
  range=HEAD
else
  echo "pprotect: commit $base is not in this clone: give actions/checkout \"fetch-depth: 0\"" >&2
  exit 1
fi

# Names in the output come from strangers: none may be a command to the runner.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$stop"

if [[ -n ${INPUT_STORE:-} ]]; then
  pprotect check --file "$INPUT_STORE" || failed+=("check")
elif [[ -e protected.yaml ]]; then
  pprotect check || failed+=("check")
fi
pprotect git check "$range" || failed+=("git check")
if [[ ${INPUT_SARIF:-} == true ]]; then
  # Findings are in the file; without one, there is nothing to upload.
  pprotect git check "$range" --format sarif >"$sarif" 2>/dev/null || true
  if [[ -s $sarif ]]; then echo "sarif=$sarif" >>"$GITHUB_OUTPUT"; else failed+=("git check --format sarif"); fi
fi
: >"$summary"
if [[ $range != HEAD ]]; then
  pprotect git summary "$range" --format md >"$summary" || failed+=("git summary")
  pprotect git summary "$range" --json >"$result" 2>/dev/null || true
fi

echo "::$stop::"
cat "$summary" >>"$GITHUB_STEP_SUMMARY"

if [[ ${INPUT_COMMENT:-} == true && -n ${PULL_REQUEST:-} && -s $summary ]]; then
  # A pull request from a fork has a token that may not write; the summary of the job has the same text.
  bash "$(dirname "${BASH_SOURCE[0]}")/github-comment.sh" "$summary" "$result" ||
    echo "::notice::pprotect could not comment on the pull request; see the summary of the job"
fi

if ((${#failed[@]} > 0)); then
  printf 'pprotect: failed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
  exit 1
fi
