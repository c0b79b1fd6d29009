#!/usr/bin/env bash
# Checks the behavior and the output of ./dev, also when a package cannot be installed. It runs a copy of the script with replacements
# for apt-get, npm, cmake and ctest. The replacements record their calls, and fail if the test requests it.
# usage: run.sh SOURCE_DIR
set -euo pipefail
source_dir=$1
unset CI # the test also checks the output on a terminal
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/samples/ticker" "$root/tests/browser" "$work/bin"
cp "$source_dir/dev" "$root/dev"
: >"$root/samples/ticker/main.cpp"
: >"$root/tests/browser/package-lock.json"

program() { # NAME; the text of the program comes from standard input
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

for tidy in clang-tidy clang-tidy-16; do program "$tidy" <<<'echo "tidy ${*: -1}" >>"$CALLS"'; done

failures=0
fail() { printf '%s\n' "$*" "its output:" "$output" "its calls:" "$calls"; failures=$((failures + 1)); }

# Runs ./dev with these variables and arguments. Sets `output`, `calls` and `code`.
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

# Another compiler and another Boost.
run BOOST=1.88 CXX=g++-14 build release
called "cmake --fresh --preset release -DCMAKE_CXX_COMPILER=g++-14" || fail "CXX must choose the compiler"
called " g++-14 " || fail "the package of the compiler that CXX names must be installed"
called " libboost1.88-dev libboost-test1.88-dev libboost-json1.88-dev" || fail "BOOST must choose the packages of Boost"
run CXX=clang++-19 test dev
called " clang-19 " || fail "the package of clang is named without the plus signs"
run INSTALLED=yes CXX=/opt/bin/mine build clang
called "cmake --fresh --preset clang -DCMAKE_CXX_COMPILER=clang++" || fail "the preset clang has its own compiler"

configured() { # PRESET COMPILER
    mkdir -p "$root/build/$1"
    : >"$root/build/$1/build.ninja"
    printf '%s\n' "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "CMAKE_CXX_COMPILER:FILEPATH=$2" >"$root/build/$1/CMakeCache.txt"
}
configured release /usr/bin/g++-14
for chosen in "" g++-14 /usr/bin/g++-14; do
    run INSTALLED=yes ${chosen:+CXX=$chosen} build release
    ! called --fresh || fail "a preset is configured once for a compiler, but not for '$chosen'"
done
run INSTALLED=yes CXX=g++ build release
called --fresh || fail "another compiler must configure the preset again"

# The files that lint checks.
commit() { git -C "$root" -c user.name=x -c user.email=x@x commit -qm "$1"; }
mkdir -p "$root/framework/src/http" "$root/framework/include/rill/http" "$root/tests/http"
touch "$root"/framework/src/http/{a,b,c}.cpp "$root"/framework/include/rill/http/b.hpp "$root"/tests/http/{a,d}_test.cpp
touch "$root/tests/http/d_test.hpp" "$root/samples/not_compiled.cpp"
configured dev /usr/bin/c++
for file in framework/src/http/{a,b,c}.cpp tests/http/{a,d}_test.cpp samples/ticker/main.cpp; do
    printf '  "file": "%s",\n' "$root/$file"
done >"$root/build/dev/compile_commands.json"
unity=build/release/tests/CMakeFiles/http_test.dir/Unity/unity_0_cxx.cxx
for file in framework/src/http/a.cpp "$unity"; do
    printf '  "file": "%s",\n' "$root/$file"
done >"$root/build/release/compile_commands.json"
git init -qb main "$root"
printf '/build/\n/tests/browser/node_modules/\n' >"$root/.gitignore"
git -C "$root" add -A
commit "all: begin"
tidied() { sed -n 's/^tidy //p' <<<"$calls" | sort | tr '\n' ' '; }

run INSTALLED=yes JOBS=1 lint
[[ $(tidied) == "$unity framework/src/http/a.cpp " ]] || fail "lint must look at all that the release build compiles"
run INSTALLED=yes lint samples/not_compiled.cpp
[[ $(tidied) == "samples/not_compiled.cpp " ]] || fail "lint must look at the files that it is given"
run INSTALLED=yes lint --changed
[[ $code == 0 && -z $(tidied) ]] || fail "nothing has changed yet"
git -C "$root" switch -qc branch
echo "// changed" | tee -a "$root/framework/src/http/a.cpp" "$root/samples/not_compiled.cpp" >/dev/null
git -C "$root" add -A
commit "http: change"
echo "// changed" | tee -a "$root/framework/include/rill/http/b.hpp" "$root/tests/http/d_test.hpp" >/dev/null
run INSTALLED=yes JOBS=1 lint --changed
[[ $(tidied) == "framework/src/http/a.cpp framework/src/http/b.cpp tests/http/d_test.cpp " ]] ||
    fail "lint --changed must look at what differs from main, and at the sources of changed headers"
run INSTALLED=yes lint --changed nowhere
[[ $code != 0 && $output == *"no commit 'nowhere'"* ]] || fail "lint --changed must fail without the commit to compare with"

# The hooks.
hooks_path() { git -C "$root" config --get core.hooksPath || true; }
[[ -z $(hooks_path) ]] || fail "without .githooks no path is set"
mkdir "$root/.githooks"
run CI=true INSTALLED=yes build release
[[ -z $(hooks_path) ]] || fail "CI must not change the configuration of git"
run help
[[ -z $(hooks_path) ]] || fail "the help must not change the configuration of git"
touch "$root/.git/hooks/pre-push"
run INSTALLED=yes build release
[[ -z $(hooks_path) ]] || fail "hooks that are there must go on running"
rm "$root/.git/hooks/pre-push"
run INSTALLED=yes build release
[[ $(hooks_path) == .githooks && $output == *core.hooksPath* ]] || fail "a build must install the hooks, and say so"
run INSTALLED=yes build release
[[ $output != *core.hooksPath* ]] || fail "the hooks are installed once"
git -C "$root" config core.hooksPath elsewhere
run INSTALLED=yes build release
[[ $(hooks_path) == elsewhere ]] || fail "another path of hooks must stay"
rm -rf "$root/.git"
git init -q "$work"
run INSTALLED=yes build release
[[ -z $(git -C "$work" config --get core.hooksPath) ]] || fail "the configuration of a repository around this one is not ours"

if command -v script >/dev/null; then # on a terminal
    output=$(env PATH="$work/bin:$PATH" CALLS="$work/calls" script -qec "env TERM=xterm '$root/dev' run ticker" /dev/null)
    [[ $output == *$'\r    100 % '* && $output != *"Get:"* ]] || fail "a terminal must see how far the installation is"
fi

((failures == 0)) || { echo "$failures failures"; exit 1; }
