#!/bin/sh
# Type check, unit tests, and the linters that are there (in PATH, in node_modules, or in the folder that VENV names).
# Closes with the line "N passed, N failed".
set -eu
cd "$(dirname "$0")"

./build.sh --modules

tool() {
  for place in "node_modules/.bin/$1" "${VENV:-/nonexistent}/bin/$1"; do
    if [ -x "$place" ]; then
      echo "$place"
      return 0
    fi
  done
  command -v "$1" || true
}

tsc=$(tool tsc)
esbuild=$(tool esbuild)
"$tsc" -p tsconfig.json --noEmit --incremental --tsBuildInfoFile node_modules/.cache/tsc.json
"$tsc" -p tests/tsconfig.json --noEmit --incremental --tsBuildInfoFile node_modules/.cache/tsc-tests.json

rm -rf .test
"$esbuild" tests/*.test.ts tests/*.test.tsx --bundle --platform=node --format=cjs --jsx=automatic --sourcemap=inline \
  --out-extension:.js=.cjs --outdir=.test --log-level=warning

status=0
report=$(mktemp)
trap 'rm -f "$report"' EXIT
node --experimental-websocket --no-warnings --enable-source-maps --test --test-reporter=spec .test/ > "$report" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then cat "$report"; fi

oxlint=$(tool oxlint)
if [ -n "$oxlint" ]; then
  "$oxlint" --deny-warnings src tests || status=1
else
  echo "web-client: oxlint is not here, so nothing was linted"
fi

awk '/^ℹ pass /{pass = $3} /^ℹ fail /{fail = $3} /^ℹ cancelled /{fail += $3}
  END {printf "%d passed, %d failed\n", pass, fail}' "$report"
exit "$status"
