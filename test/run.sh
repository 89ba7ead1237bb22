#!/usr/bin/env bash
# Runs the project's checks: `npm test` runs all of them, `bash test/run.sh unit golden` only those kinds of tests.
# Every stage runs, also after one has failed, so that one run shows everything; the exit status is 0 only when all
# passed. The last line of a full run counts the tests: "412 passed, 0 failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ -t 1 ]] || export NO_COLOR=1
readonly KINDS=(unit property golden types tidy docker simulation conformance integration e2e)
readonly KINDS_WITH_SERVERS=" docker simulation conformance integration e2e "
export PATH="$PWD/node_modules/.bin:$PATH"

usage() {
  echo "usage: bash test/run.sh [kind…]   kinds: ${KINDS[*]}"
  echo "without a kind: type check, lint, format, dashboard, all tests, benches on small input"
}

kinds=("$@")
for kind in "${kinds[@]}"; do
  if [[ $kind == -h || $kind == --help ]]; then usage; exit 0; fi
  if [[ " ${KINDS[*]} " != *" $kind "* ]]; then
    echo "test/run.sh: unknown kind '$kind'" >&2
    usage >&2
    exit 2
  fi
done

needs_servers() {
  ((${#kinds[@]} == 0)) && return 0
  local kind
  for kind in "${kinds[@]}"; do [[ $KINDS_WITH_SERVERS == *" $kind "* ]] && return 0; done
  return 1
}

if [[ ! -d node_modules ]]; then npm ci --no-audit --no-fund; fi
export PATH="$PATH:/usr/sbin"
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'; then
  echo "test/run.sh: node $(node --version) cannot run TypeScript; 22.18 or newer is needed (on linux-x64 npm ci brings it)" >&2
  exit 1
fi
if needs_servers; then bash deploy/install-programs.sh nats-server redis-server chromium; fi

failed_stages=()
stage() {
  local name=$1 started=$SECONDS
  shift
  echo
  echo "== $name"
  if "$@"; then
    echo "== $name passed in $((SECONDS - started)) s"
  else
    echo "== $name FAILED after $((SECONDS - started)) s"
    failed_stages+=("$name")
  fi
}

# Small inputs: this proves that benches run, not how fast anything is.
quick_bench() { timeout --kill-after=10 300 node "$1" --quick; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
results="$scratch/results.json"
# The bound is for a test that hangs where vitest's own limits do not reach it.
run_tests() { timeout --kill-after=10 3000 vitest run --reporter=default --reporter=json --outputFile.json="$results" "$@"; }

if ((${#kinds[@]} > 0)); then
  run_tests "${kinds[@]/#/--project=}"
  exit
fi

echo "node $(node --version), $(nproc) processors"
stage "type check" tsc --noEmit -p .
stage "lint" oxlint --type-aware
stage "format" oxfmt --check
stage "dashboard" vite build dashboard --logLevel warn
stage "tests" run_tests
shopt -s nullglob
for bench in bench/*.bench.ts; do stage "$bench" quick_bench "$bench"; done

echo
if ((${#failed_stages[@]} > 0)); then
  printf 'failed: %s\n' "${failed_stages[@]}"
else
  echo "all stages passed in $SECONDS s"
fi
counted=0
node test/count.ts "$results" || counted=1
((${#failed_stages[@]} == 0 && counted == 0))
