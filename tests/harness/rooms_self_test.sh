#!/usr/bin/env bash
# Checks that check_rooms.sh fails for each violation, and only then.
# usage: rooms_self_test.sh SOURCE_DIR
set -euo pipefail
check=$1/tests/harness/check_rooms.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

write() { # FILE [INCLUDE...]
    local file=$tree/bench/harness/$1
    mkdir -p "${file%/*}"
    : >"$file"
    printf '#include "harness/%s"\n' "${@:2}" >>"$file"
}

expect() { # MESSAGE: the check fails and prints it; without MESSAGE it passes
    local output code=0
    output=$(bash "$check" "$tree" 2>&1) || code=$?
    if [[ -z ${1:-} ]]; then
        ((code == 0)) || { printf 'expected success, got:\n%s\n' "$output"; exit 1; }
    elif ((code == 0)) || [[ $output != *"$1"* ]]; then
        printf 'expected "%s", got:\n%s\n' "$1" "$output"
        exit 1
    fi
}

write support/text.hpp support/clock.hpp
write support/clock.hpp support/clock.hpp
write machine/machine.hpp support/text.hpp
write machine/machine.cpp machine/machine.hpp
expect
write support/clock.cpp machine/machine.hpp
expect "support may not include machine (machine/machine.hpp)"
write support/clock.cpp support/text.hpp # text.hpp includes clock.hpp
expect "units include each other in a cycle: support/"
write support/clock.cpp support/none.hpp
expect "includes support/none.hpp, which does not exist"
rm "$tree/bench/harness/support/clock.cpp"
write attic/old.hpp support/text.hpp
expect "a room without a rule"
rm -r "$tree/bench/harness/attic"
expect
echo "check_rooms.sh finds each violation"
