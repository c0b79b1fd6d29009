#!/usr/bin/env bash
# Adds one item that is too large after another to a small tree. sizes.sh must report each one, and nothing else.
# usage: sizes_self_test.sh SOURCE_DIR
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/sizes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

repeat() { # COUNT FORMAT
    local i
    # shellcheck disable=SC2059
    for ((i = 1; i <= $1; ++i)); do printf "$2\n" "$i"; done
}

expect() { # WHAT STATUS [TEXT]
    local report status=0
    report=$(bash "$check" "$tree" framework) || status=$?
    if ((status == 77)); then
        echo "$report"
        exit 77
    fi
    if ((status != $2)) || [[ $(grep -c '^too large: ' <<<"$report") != $(($# - 2)) ]] || [[ $report != *"${3:-functions: }"* ]]; then
        printf 'FAILED: %s: exit code %s\n%s\n' "$1" "$status" "$report"
        failures=$((failures + 1))
    fi
}

plant() { # the file comes from standard input
    rm -rf "$tree/framework"
    mkdir -p "$tree/framework/src/a"
    cat >"$tree/framework/src/a/planted.$1"
}

{ echo "class small { public: small(); ~small(); small(const small&) = delete;"; repeat 30 "void f%d();"; repeat 25 "int m%d_ = 0;"; echo "};"; } | plant hpp
expect "all within the limits" 0
{ echo "class crowded {"; repeat 31 "void f%d();"; echo "void f1(int); };"; } | plant hpp
expect "31 member functions" 1 "crowded has 31 member functions"
{ echo "namespace n { struct crowded {"; repeat 31 "int f%d() const { return 0; }"; echo "}; }"; } | plant hpp
expect "31 member functions with bodies" 1 "n::crowded has 31 member functions"
{ echo "class wide {"; repeat 26 "int m%d_ = 0;"; echo "};"; } | plant hpp
expect "26 members" 1 "wide has 26 data members"
{ repeat 9 "int f%d() { return 0; }"; echo "void longest() {"; repeat 59 "f(%d);"; echo "}"; } | plant cpp
expect "a function of 61 lines" 1 "longest() has 61 lines"
{ repeat 321 "// %d"; echo "int f() { return 0; }"; } | plant cpp
expect "a file of 322 lines" 1 "planted.cpp: 322 lines"
for i in 1 2; do echo "void long_$i() {"; repeat 25 "f(%d);"; echo "}"; done | plant cpp
expect "many functions of 27 lines" 1 "the 90th percentile of function lengths is 27 lines"

((failures == 0))
echo "each planted size was found"
