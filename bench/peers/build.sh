# ./dev bench peers sources this file. build_peers builds each server whose toolchain is available, in
# build/release/bench (C and C++) and in build/peers. It prints the servers that it skips, with the reason. It uses
# functions of ./dev.
# shellcheck shell=bash

have() { # PROGRAM PACKAGE...: installs the packages if the program is missing; returns whether the program exists
    command -v "$1" >/dev/null && return
    (need_packages "${@:2}") || return
    command -v "$1" >/dev/null
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
built() { peer_result[$1]="built${2:+ with $2}"; }
skipped() { # PEER WHY: also removes an old server, so that the peer does not seem to exist
    peer_result[$1]="skipped: $2"
    rm -f "$root/build/peers/$1/server"
}

build_cpp() {
    local name
    if (need_for_build && build release bench/peers/all); then
        for name in floor beast; do built "$name"; done
    else
        for name in floor beast; do peer_result[$name]='skipped: the C++ build failed, see above'; done
    fi
}

build_go() {
    have go golang-go ca-certificates || { skipped go 'there is no go on the PATH'; return; }
    step "building go"
    if (cd "$peers/go" && GOTOOLCHAIN=local go build -mod=readonly -buildvcs=false -o "$out/go/server" .); then
        built go "$(go version | cut -d' ' -f3)"
    else
        skipped go 'go build failed, see above'
    fi
}

build_axum() {
    have cargo cargo rustc ca-certificates || { skipped axum 'there is no cargo on the PATH'; return; }
    step "building axum"
    if (cd "$peers/axum" && cargo build --release --locked --target-dir "$out/axum/target"); then
        ln -sfn target/release/server "$out/axum/server"
        built axum "$(rustc --version | cut -d' ' -f1,2)"
    else
        skipped axum 'cargo build failed, see above'
    fi
}

build_node() {
    have node nodejs || { skipped node 'there is no node on the PATH'; return; }
    ln -sfn ../../../bench/peers/node/server.js "$out/node/server"
    built node "node $(node --version)"
}

build_nchan() {
    have_nchan || { skipped nchan 'nginx and libnginx-mod-nchan are not installed'; return; }
    [[ -x $root/build/release/bench/nchan_publisher ]] || { skipped nchan 'its publisher was not built'; return; }
    ln -sfn ../../../bench/peers/nchan/server "$out/nchan/server"
    built nchan "$(PATH=$PATH:/usr/sbin nginx -v 2>&1 | cut -d' ' -f3)"
}

build_peers() {
    local peers=$root/bench/peers out=$root/build/peers name any=''
    mkdir -p "$out"/{go,axum,node,nchan}
    for name in cpp go axum node nchan; do
        "build_$name"
    done
    step "peers"
    for name in floor beast go axum node nchan; do
        printf '%-6s %s\n' "$name" "${peer_result[$name]}"
        [[ ${peer_result[$name]} == skipped:* ]] || any=$name
    done
    [[ $any ]] || die "no peer could be built"
}
