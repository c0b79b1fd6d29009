#!/usr/bin/env bash
# Runs tests of this directory with Node. If a required package is not installed, it prints the name and exits with 77. CTest then
# shows the tests as skipped.
# usage: run.sh FILE...
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

skip() { echo "SKIPPED: $*; ./dev test installs it"; exit 77; }

packages=node_modules/.package-lock.json
command -v node >/dev/null || skip "there is no node"
[[ -f $packages && ! package-lock.json -nt $packages ]] ||
    skip "the npm packages of tests/browser are not there, or are not those of its package-lock.json"
if grep -q "from './visit.mjs'" -- "$@"; then
    export RILL_CHROMIUM=${RILL_CHROMIUM:-$(command -v chromium)}
    [[ -x $RILL_CHROMIUM ]] || skip "there is no chromium"
fi
if grep -q "spawn('curl'" -- "$@"; then
    command -v curl >/dev/null || skip "there is no curl"
fi
if grep -q "from './proxy_process.mjs'" -- "$@"; then
    command -v openssl >/dev/null || skip "there is no openssl"
fi
exec node --test "$@"
