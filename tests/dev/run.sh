#!/usr/bin/env bash
# Checks what ./dev does where something cannot be installed, and what it prints. It runs a copy of the script, with programs in the
# place of apt-get, npm, cmake and ctest that note how they are called and fail as they are told.
# usage: run.sh SOURCE_DIR
set -euo pipefail
source_dir=$1
unset CI # what ./dev prints on a terminal is looked at, too

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/samples/ticker" "$root/tests/browser" "$work/bin"
cp "$source_dir/dev" "$root/dev"
: >"$root/samples/ticker/main.cpp"
: >"$root/tests/browser/package-lock.json"

program() { # NAME; its text comes from standard input
    { echo '#!/usr/bin/env bash'; cat; } >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
for present in nginx haproxy caddy postgres node curl chromium openssl gnuplot; do program "$present" <<<'exit 0'; done
program sudo <<<'[[ $1 == -n ]] && shift; exec "$@"'
program dpkg-query <<<'[[ -n ${INSTALLED:-} ]] || exit 1; shift 3; printf "ii  %s\n" "$@"'
program apt-get <<'E2'
echo "apt-get $*" >>"$CALLS"
[[ $* != *update* ]] || { echo "${WARNING:-Hit:1 a list}"; exit 0; }
echo "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded."
for n in {1..400}; do echo "Get:$n a package"; done
for package in ${UNAVAILABLE:-}; do
    [[ " $* " != *" $package "* ]] || { echo "E: Unable to locate package $package"; exit 100; }
done
E2
program npm <<'E2'
echo "npm $*" >>"$CALLS"
[[ -z ${REGISTRY_IS_DOWN:-} ]] || { echo "npm error ECONNREFUSED" >&2; exit 1; }
mkdir -p "$3/node_modules" && : >"$3/node_modules/.package-lock.json"
E2
program cmake <<'E2'
echo "cmake $*" >>"$CALLS"
[[ $1 == --build ]] || exit 0
mkdir -p "$2/samples/ticker"
printf '#!/bin/sh\necho "ticker: listening on http://127.0.0.1:8080"\n' >"$2/samples/ticker/ticker"
chmod +x "$2/samples/ticker/ticker"
E2
program ctest <<'E2'
echo "ctest $(basename "$2")" >>"$CALLS"
echo "100% tests passed"
[[ ${FAILING:-} != "$(basename "$2")" ]]
E2

failures=0
fail() { printf '%s\n' "$*" "its output:" "$output" "its calls:" "$calls"; failures=$((failures + 1)); }

# Runs ./dev with these variables and arguments; `output`, `calls` and `code` tell what happened.
run() { # [NAME=VALUE...] ARGUMENT...
    local variables=()
    while [[ $1 == *=* ]]; do variables+=("$1"); shift; done
    : >"$work/calls"
    rm -rf "$root/tests/browser/node_modules"
    code=0
    output=$(env PATH="$work/bin:$PATH" CALLS="$work/calls" TERM=dumb "${variables[@]}" "$root/dev" "$@" 2>&1) || code=$?
    calls=$(<"$work/calls")
}
last_line() { tail -n 1 <<<"$output"; }
called() { grep -qF -e "$1" <<<"$calls"; }
order() { grep -nF -m 1 -e "$1" <<<"$calls" | cut -d: -f1; }

run INSTALLED=yes test
[[ $code == 0 && $(last_line) == "100% tests passed" ]] || fail "./dev test must pass when all its parts do"

run INSTALLED=yes REGISTRY_IS_DOWN=yes test
for preset in asan tsan release; do
    called "ctest $preset" || fail "without npm's registry the tests of $preset must run"
done
(($(order "npm ci") > $(order "ctest tsan"))) || fail "npm's registry must not keep the tests of other presets waiting"
[[ $code != 0 ]] || fail "./dev test must fail when the browser tests could not run"
[[ $(last_line) == "dev: not installed, see above: the npm packages of the browser tests."* ]] ||
    fail "the last line must tell that the browser tests lack their packages"

run INSTALLED=yes REGISTRY_IS_DOWN=yes FAILING=release test
[[ $code != 0 && $(last_line) == *"the npm packages of the browser tests."* ]] ||
    fail "the last line must tell of what is lacking also when a test has failed"

run INSTALLED=yes REGISTRY_IS_DOWN=yes test asan
[[ $code == 0 ]] && ! called npm || fail "only the release preset has browser tests, so no other one needs npm"

run UNAVAILABLE=fonts-dejavu-core test asan
called "ctest asan" || fail "a package that only some tests need must not keep the others from running"
[[ $code != 0 && $(last_line) == *"not installed, see above: the packages of the tests."* ]] ||
    fail "the last line must tell that packages of the tests are lacking"

run UNAVAILABLE=ninja-build test asan
[[ $code != 0 ]] && ! called "cmake --" || fail "nothing can be built without the packages of the build"

run run ticker
[[ $code == 0 && $(last_line) == *http://127.0.0.1:8080 ]] || fail "./dev run must end with the URL"
(($(wc -l <<<"$output") <= 6)) || fail "an installation must be quiet"
[[ $output == *"installing "* && $output != *"Get:"* ]] || fail "an installation is one line"

run WARNING="W: Failed to fetch a list" run ticker
[[ $code == 0 && $output == *"W: Failed to fetch a list"* ]] || fail "a warning must be shown, though apt-get has not failed"

run UNAVAILABLE=ninja-build run ticker
[[ $code != 0 && $output == *"E: Unable to locate package ninja-build"* ]] || fail "an installation that fails must say why"

if command -v script >/dev/null; then # on a terminal
    output=$(env PATH="$work/bin:$PATH" CALLS="$work/calls" script -qec "env TERM=xterm '$root/dev' run ticker" /dev/null)
    [[ $output == *$'\r    100 % '* && $output != *"Get:"* ]] || fail "a terminal must see how far the installation is"
fi

((failures == 0)) || { echo "$failures failures"; exit 1; }
