#!/usr/bin/env bash
# Adds one cycle after another to a small tree. check_cycles.sh must name the units of each cycle. It must accept a tree without
# cycles.
# usage: cycles_self_test.sh SOURCE_DIR
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_cycles.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

inc=framework/include/rill src=framework/src
failures=0

start() {
    rm -rf "$tree/framework"
    file $inc/a/one.hpp '<rill/a/two.hpp>' '<vector>'
    file $inc/a/two.hpp '<rill/b/one.hpp>'
    file $src/a/one.cpp '<rill/a/one.hpp>' '"a/folder/three.hpp"'
    file $src/a/folder/three.hpp '"four.hpp"'
    file $src/a/folder/four.hpp '<rill/a/two.hpp>'
    file $inc/b/one.hpp '<string>'
}

file() { # NAME INCLUDE...
    mkdir -p "$tree/$(dirname "$1")"
    { printf '#include %s\n' "${@:2}"; } >>"$tree/$1"
}

expect() { # WHAT STATUS [UNIT...]
    local report status=0 unit
    report=$(bash "$check" "$tree") || status=$?
    ((status == $2)) || { printf 'FAILED: %s: exit code %s\n%s\n' "$1" "$status" "$report"; failures=$((failures + 1)); }
    for unit in "${@:3}"; do
        grep -qxF -e "    $unit" <<<"$report" || { printf 'FAILED: %s: %s is not named\n%s\n' "$1" "$unit" "$report"; failures=$((failures + 1)); }
    done
}

start
expect "no cycle" 0
start
file $src/a/two.cpp '<rill/a/one.hpp>'
expect "between two public units, through a .cpp" 1 a/one a/two
start
file $src/a/folder/four.cpp '"a/folder/three.hpp"'
expect "between two private units" 1 a/three a/four
start
file $inc/a/detail/five.hpp '<rill/a/one.hpp>'
file $inc/a/two.hpp '<rill/a/detail/five.hpp>'
expect "through three units" 1 a/one a/two a/five
start
file $inc/b/one.hpp '<rill/a/one.hpp>'
expect "between modules: check_includes.sh sees to that" 0

((failures == 0))
echo "each planted cycle was found"
