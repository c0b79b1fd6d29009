#!/usr/bin/env bash
# Checks which peers bench/peers/build.sh builds and which it skips, and the versions and reasons that it writes. It runs
# with replacements for the toolchains, which record their calls, and without any other toolchain on the PATH.
# usage: build.sh SOURCE_DIR
# shellcheck disable=SC2034,SC2317,SC2329 # build.sh uses the variables and functions
set -euo pipefail
source_dir=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
peers=$root/bench/peers
out=$root/build/peers
mkdir -p "$peers"/{go,axum,hyper,uwebsockets} "$root/build/release/bench/peers"/{floor,beast} "$work"/{tools,bin,debian}
for tool in bash cat cut env grep head ln mkdir mv rm sed sort touch; do
    ln -s "$(command -v "$tool")" "$work/tools/$tool"
done
echo "gcc 12.2.0" | tee "$root/build/release/bench/peers"/{floor,beast}/version >/dev/null
printf 'module m\n\ngo 1.24\n\nrequire github.com/gorilla/mux v1.8.1\n' >"$peers/go/go.mod"
for peer in axum hyper uwebsockets; do
    printf '[package]\nrust-version = "1.85"\n' >"$peers/$peer/Cargo.toml"
    for crate in axum-0.8.9 hyper-1.12.0 tokio-1.54.1 uwebsockets-20.58.0; do
        printf '[[package]]\nname = "%s"\nversion = "%s"\n\n' "${crate%-*}" "${crate##*-}"
    done >"$peers/$peer/Cargo.lock"
done

program() { # FOLDER NAME; the text of the program comes from standard input
    { echo '#!/usr/bin/env bash'; cat; } >"$work/$1/$2"
    chmod +x "$work/$1/$2"
}
program bin go <<'E2'
[[ $1 != version ]] || { echo "go version go$GO linux/amd64"; exit; }
echo "go $*" >>"$CALLS"
[[ -z ${GO_FAILS:-} ]] || exit 1
while [[ $1 != -o ]]; do shift; done
touch "$2"
E2
program bin rustc <<<'echo "rustc $RUSTC (f2d3ce0bd 2026-03-21)"'
program bin cargo <<'E2'
[[ $1 != --version ]] || { echo "cargo $RUSTC (f2d3ce0bd 2026-03-21)"; exit; }
echo "cargo $*" >>"$CALLS"
if [[ $1 == metadata ]]; then
    printf '{"packages":[{"manifest_path":"/r/src/bindgen-0.69.5/Cargo.toml"},'
    printf '{"manifest_path":"/r/src/libuwebsockets-sys-0.0.10/Cargo.toml","id":1}]}\n'
fi
[[ $1 == build ]] || exit 0
while [[ $1 != --target-dir ]]; do shift; done
mkdir -p "$2/release" && touch "$2/release/server"
E2
program bin c++ <<'E2'
[[ $1 != -dumpfullversion ]] || { echo 12.2.0; exit; }
echo "c++ $*" >>"$CALLS"
touch "${*: -1}"
E2
program bin cc <<<'echo "cc $*" >>"$CALLS"; touch one.o'
program bin node <<<'echo v20.20.2'
program bin dpkg-query <<<'echo 1:1.3.6+dfsg-2'
program tools apt-cache <<'E2'
[[ -n ${DEBIAN:-} ]] && printf '%s:\n  Installed: (none)\n  Candidate: %s\n' "$2" "$DEBIAN"
E2

# Functions of ./dev.
step() { :; }
die() { echo "die: $*"; exit 1; }
need_for_build() { :; }
build() { :; }
need_servers() { return 1; }
need_packages() { # installs the programs of Debian if the test has Debian's packages
    echo "need_packages $*" >>"$CALLS"
    [[ -n ${DEBIAN:-} ]] && mv "$work/debian"/* "$work/bin/"
}
# shellcheck source=bench/peers/build.sh
. "$source_dir/bench/peers/build.sh"
nchan_module=$work/no_module

failures=0
fail() { printf '%s\n' "$*" "its output:" "$output" "its calls:" "$calls"; failures=$((failures + 1)); }

# Runs build_peers with these variables. Sets `output` and `calls`.
run() { # [NAME=VALUE...]
    : >"$work/calls"
    output=$(
        export PATH=$work/bin:$work/tools CALLS=$work/calls GO=1.26.8 RUSTC=1.95.0 "$@"
        build_peers 2>&1
    ) || output+=" (failed)"
    calls=$(<"$work/calls")
}
without() { mv "$work/bin/$1" "$work/debian/$1"; } # PROGRAM
file() { cat "$out/$1" 2>/dev/null || true; }
called() { grep -qF -e "$1" <<<"$calls"; }
is_built() { # PEER VERSIONS
    [[ -e $out/$1/server && $(file "$1/version") == "$2" && ! -e $out/$1/skipped ]] || fail "$1 must be built: $2"
    grep -qE "^$1 +built: $2\$" <<<"$output" || fail "the output must have the versions of $1"
}
is_skipped() { # PEER REASON
    [[ ! -e $out/$1/server && ! -e $out/$1/version && $(file "$1/skipped") == "$2" ]] || fail "$1 must be skipped: $2"
    grep -qE "^$1 +skipped: $2\$" <<<"$output" || fail "the output must have the reason why $1 is skipped"
}

for pair in "1.26.8 1.24" "1.24 1.24" "1.24.0 1.24" "2.0 1.99" "1.100 1.85"; do
    at_least ${pair% *} ${pair#* } || { output='' calls='' fail "${pair% *} is at least ${pair#* }"; }
done
for pair in "1.19 1.24" "1.9 1.24" "1.63.0 1.85" "1.84.9 1.85"; do
    ! at_least ${pair% *} ${pair#* } || { output='' calls='' fail "${pair% *} is less than ${pair#* }"; }
done

mkdir -p "$out/go" && echo "an old reason" >"$out/go/skipped"
run
is_built go "Go 1.26.8, gorilla/mux 1.8.1"
is_built hyper "hyper 1.12.0, tokio 1.54.1, rustc 1.95.0"
is_built axum "axum 0.8.9, hyper 1.12.0, tokio 1.54.1, rustc 1.95.0"
is_built uwebsockets "uWebSockets 20.58.0, gcc 12.2.0"
called "/r/src/libuwebsockets-sys-0.0.10/uWebSockets/uSockets/src/eventing/" || fail "the sources are in the crate"
[[ $(grep -c "cargo build" <<<"$calls") == 2 ]] || fail "cargo must not build the crate with the C++ sources"
[[ $(file node/version) == "Node.js 20.20.2" ]] || fail "node must be built"
[[ $(file nchan/skipped) == "nginx and libnginx-mod-nchan are not installed" ]] || fail "nchan must be skipped"
! called need_packages || fail "if a program exists, nothing is installed"

run GO=1.19 # after a build: the old server must not be measured
is_skipped go "go 1.19 is too old: the peer needs 1.24"
! called "go build -mod" || fail "a toolchain that is too old must not be used"
is_built axum "axum 0.8.9, hyper 1.12.0, tokio 1.54.1, rustc 1.95.0"

run RUSTC=1.63.0
for peer in axum hyper uwebsockets; do is_skipped "$peer" "rustc 1.63.0 is too old: the peer needs 1.85"; done
! called "cargo " || fail "a toolchain that is too old must not be used"
is_built go "Go 1.26.8, gorilla/mux 1.8.1"

run GO_FAILS=yes
is_skipped go "go build failed, see above"

without go
run DEBIAN=2:1.19~1
is_skipped go "go 1.24 is needed, and Debian has go 1.19"
! called need_packages || fail "a package that is too old must not be installed"

run DEBIAN= # the lists of apt-get are missing, and so is the package
is_skipped go "there is no go on the PATH"
called "need_packages golang-go" || fail "a missing program must be installed"

run DEBIAN=2:1.24~2
called "need_packages golang-go" || fail "a missing program must be installed"
is_built go "Go 1.26.8, gorilla/mux 1.8.1"

without rustc
without cargo
run DEBIAN=1.63.0+dfsg1-2
for peer in axum hyper uwebsockets; do is_skipped "$peer" "rustc 1.85 is needed, and Debian has rustc 1.63.0"; done

((failures == 0)) || { echo "$failures failures"; exit 1; }
echo "the peers are built and skipped as they should be"
