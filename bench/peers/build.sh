# ./dev bench peers sources this file. build_peers builds each server whose toolchain is available, in
# build/release/bench (C and C++) and in build/peers. It prints the servers that it skips, with the reason. It uses
# functions of ./dev.
#
# In build/peers/NAME, the file `version` has the versions of the library and the toolchain of a server that is built.
# The file `skipped` has the reason if the server is skipped. bench/peers/CMakeLists.txt writes the versions of the
# servers that CMake builds.
# shellcheck shell=bash

have() { # PROGRAM PACKAGE...: installs the packages if the program is missing; returns whether the program exists
    command -v "$1" >/dev/null && return
    (need_packages "${@:2}") || return
    command -v "$1" >/dev/null
}

at_least() { # VERSION MINIMUM
    [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

# Prints the first version in a text: "go version go1.26.8 linux/amd64" -> 1.26.8
version_in() { # TEXT
    [[ $1 =~ [0-9]+(\.[0-9]+)+ ]] && echo "${BASH_REMATCH[0]}"
}

# Prints the version of Debian's package that apt-get would install, without epoch and revision.
debian_version_of() { # PACKAGE
    version_in "$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([0-9]*:\)\{0,1\}//p')"
}

# Checks a toolchain. Installs Debian's packages if the program is missing, unless the first package is too old. Sets
# `found` to the version. If the toolchain is missing or too old, sets `why` to the reason and fails.
need_toolchain() { # PROGRAM ARGUMENT-FOR-THE-VERSION MINIMUM PACKAGE...
    local program=$1 argument=$2 minimum=$3 debian
    if ! command -v "$program" >/dev/null; then
        debian=$(debian_version_of "$4") || true
        if [[ -n $debian ]] && ! at_least "$debian" "$minimum"; then
            why="$program $minimum is needed, and Debian has $program $debian"
            return 1
        fi
        have "$program" "${@:4}" || { why="there is no $program on the PATH"; return 1; }
    fi
    found=$(version_in "$(cd / && GOTOOLCHAIN=local "$program" "$argument")") || {
        why="$program $argument shows no version"
        return 1
    }
    at_least "$found" "$minimum" || { why="$program $found is too old: the peer needs $minimum"; return 1; }
}

need_go() { # sets `found` and `why` as need_toolchain does; the minimum comes from go.mod
    need_toolchain go version "$(sed -n 's/^go //p' "$peers/go/go.mod")" golang-go ca-certificates
}

need_rust() { # PEER: the minimum comes from its Cargo.toml
    need_toolchain rustc --version "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$peers/$1/Cargo.toml")" \
        rustc cargo ca-certificates && need_toolchain cargo --version 1 cargo ca-certificates || return
    found=$(version_in "$(rustc --version)")
}

crate_version() { # PEER CRATE: the version in Cargo.lock
    sed -n "/^name = \"$2\"\$/{n;s/^version = \"\(.*\)\"/\1/p}" "$peers/$1/Cargo.lock"
}

nchan_module=/usr/lib/nginx/modules/ngx_nchan_module.so

have_nchan() (
    PATH=$PATH:/usr/sbin
    if command -v nginx >/dev/null && [[ -e $nchan_module ]]; then exit; fi
    command -v dpkg-query >/dev/null || exit
    need_servers nginx libnginx-mod-nchan || exit
    [[ -e $nchan_module ]]
)

declare -A peer_result
built() { # PEER VERSIONS
    peer_result[$1]="built: $2"
    rm -f "$out/$1/skipped"
    echo "$2" >"$out/$1/version"
}
skipped() { # PEER WHY: also removes an old server, so that the peer does not seem to exist
    peer_result[$1]="skipped: $2"
    rm -f "$out/$1/server" "$out/$1/version"
    echo "$2" >"$out/$1/skipped"
}

build_cpp() {
    local name
    if (need_for_build && build release bench/peers/all); then
        for name in floor beast; do
            peer_result[$name]="built: $(<"$root/build/release/bench/peers/$name/version")"
        done
    else
        for name in floor beast; do peer_result[$name]='skipped: the C++ build failed, see above'; done
    fi
}

build_go() {
    local found why
    need_go || { skipped go "$why"; return; }
    step "building go"
    if (cd "$peers/go" && GOTOOLCHAIN=local go build -mod=readonly -buildvcs=false -o "$out/go/server" .); then
        built go "Go $found, gorilla/mux $(sed -n 's|^require github.com/gorilla/mux v||p' "$peers/go/go.mod")"
    else
        skipped go 'go build failed, see above'
    fi
}

build_rust() { # PEER CRATE...: the crates whose versions are shown
    local name=$1 crate versions='' found why
    need_rust "$name" || { skipped "$name" "$why"; return; }
    step "building $name"
    if (cd "$peers/$name" && cargo build --release --locked --target-dir "$out/$name/target"); then
        ln -sfn target/release/server "$out/$name/server"
        for crate in "${@:2}"; do versions+="$crate $(crate_version "$name" "$crate"), "; done
        built "$name" "${versions}rustc $found"
    else
        skipped "$name" 'cargo build failed, see above'
    fi
}

build_axum() { build_rust axum axum hyper tokio; }
build_hyper() { build_rust hyper hyper tokio; }

# cargo only fetches the crate, and g++ compiles the C++ sources in it. No code of the crate itself runs.
build_uwebsockets() {
    local found why sources
    need_rust uwebsockets || { skipped uwebsockets "$why"; return; }
    step "building uwebsockets"
    if sources=$(fetch_uwebsockets) && compile_uwebsockets "$sources"; then
        built uwebsockets "uWebSockets $(crate_version uwebsockets uwebsockets), gcc $(c++ -dumpfullversion)"
    else
        skipped uwebsockets 'the build failed, see above'
    fi
}

fetch_uwebsockets() { # prints the folder of the sources
    cd "$peers/uwebsockets" && cargo fetch --locked >&2 || return
    cargo metadata --locked --offline --format-version 1 |
        sed -n 's|.*"manifest_path":"\([^"]*/libuwebsockets-sys-[^"/]*\)/Cargo.toml".*|\1/uWebSockets|p' | grep .
}

compile_uwebsockets() ( # SOURCES: with the options of its own Makefile, except that it does not depend on this CPU
    flags=(-O3 -DNDEBUG -flto=auto -DLIBUS_NO_SSL -DUWS_NO_ZLIB -isystem "$1/src" -isystem "$1/uSockets/src")
    rm -rf "$out/uwebsockets/objects"
    mkdir "$out/uwebsockets/objects" && cd "$out/uwebsockets/objects" || exit
    cc -std=c11 "${flags[@]}" -c "$1"/uSockets/src/*.c "$1"/uSockets/src/eventing/*.c "$1"/uSockets/src/crypto/*.c &&
        c++ -std=c++20 "${flags[@]}" -Wall -Wextra "$peers/uwebsockets/server.cpp" ./*.o -o ../server
)

build_node() {
    have node nodejs || { skipped node 'there is no node on the PATH'; return; }
    ln -sfn ../../../bench/peers/node/server.js "$out/node/server"
    built node "Node.js $(version_in "$(node --version)")"
}

build_nchan() {
    have_nchan || { skipped nchan 'nginx and libnginx-mod-nchan are not installed'; return; }
    [[ -x $root/build/release/bench/nchan_publisher ]] || { skipped nchan 'its publisher was not built'; return; }
    ln -sfn ../../../bench/peers/nchan/server "$out/nchan/server"
    built nchan "$(nchan_versions)"
}

nchan_versions() {
    local nchan
    nchan=$(version_in "$(dpkg-query -W -f '${Version}' libnginx-mod-nchan 2>/dev/null | sed 's/^[0-9]*://')") || true
    echo "nginx $(version_in "$(PATH=$PATH:/usr/sbin nginx -v 2>&1)"), nchan ${nchan:-of an unknown version}"
}

build_peers() {
    local peers=$root/bench/peers out=$root/build/peers name any=''
    local others=(uwebsockets go hyper axum node nchan)
    for name in "${others[@]}"; do mkdir -p "$out/$name"; done
    for name in cpp "${others[@]}"; do
        "build_$name"
    done
    step "peers"
    for name in floor beast "${others[@]}"; do
        printf '%-11s %s\n' "$name" "${peer_result[$name]}"
        [[ ${peer_result[$name]} == skipped:* ]] || any=$name
    done
    [[ $any ]] || die "no peer could be built"
}
