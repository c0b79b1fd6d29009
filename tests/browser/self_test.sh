#!/usr/bin/env bash
# run.sh must skip its tests and print the reason if a package is missing. Otherwise it must run them.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/bin" "$tree/node_modules"
cp "$here/run.sh" "$tree"
for tool in bash dirname grep; do ln -s "$(command -v "$tool")" "$tree/bin/$tool"; done
program() { printf '#!%s/bin/bash\n%s\n' "$tree" "$2" >"$tree/bin/$1"; chmod +x "$tree/bin/$1"; }
for part in visit proxy_process other; do echo "import { a } from './$part.mjs';" >"$tree/${part}_test.mjs"; done
echo "spawn('curl', ['-N'])" >"$tree/curl_test.mjs"
: >"$tree/package-lock.json"
packages=$tree/node_modules/.package-lock.json

failures=0
expect() { # CODE OUTPUT FILE...
    local output code=0
    output=$(cd / && PATH=$tree/bin RILL_CHROMIUM= bash "$tree/run.sh" "${@:3}" 2>&1) || code=$?
    [[ $code == "$1" && $output == "$2" ]] && return
    echo "FAILED: ${*:3}: wanted $1 and '$2', got $code and '$output'"
    failures=$((failures + 1))
}
installs="; ./dev test installs it"
no_packages="SKIPPED: the npm packages of tests/browser are not there, or are not those of its package-lock.json$installs"

expect 77 "SKIPPED: there is no node$installs" other_test.mjs
program node 'echo "node $*${RILL_CHROMIUM:+ with $RILL_CHROMIUM}"; exit 3'
expect 77 "$no_packages" other_test.mjs
touch -d '1 hour ago' "$packages"
expect 77 "$no_packages" other_test.mjs
touch -d '1 hour' "$packages"
expect 3 "node --test other_test.mjs" other_test.mjs
expect 77 "SKIPPED: there is no chromium$installs" visit_test.mjs
expect 77 "SKIPPED: there is no curl$installs" curl_test.mjs
expect 77 "SKIPPED: there is no openssl$installs" other_test.mjs proxy_process_test.mjs
for present in chromium curl openssl; do program "$present" 'exit 0'; done
expect 3 "node --test visit_test.mjs curl_test.mjs proxy_process_test.mjs with $tree/bin/chromium" visit_test.mjs curl_test.mjs proxy_process_test.mjs
# run.sh must check for the packages that the tests import.
for known in "from './visit.mjs'" "spawn('curl'" "from './proxy_process.mjs'"; do
    grep -qF "$known" "$here"/*_test.mjs || { echo "FAILED: no test has $known any more"; failures=$((failures + 1)); }
done
((failures == 0))
