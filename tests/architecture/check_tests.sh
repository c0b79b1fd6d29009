#!/usr/bin/env bash
# Checks that each unit framework/src/MODULE/UNIT.cpp has its test tests/MODULE/UNIT_test.cpp, with a test case in it or in a
# header that it includes. Prints a line for each unit without a test, and for each unnecessary exception.
# usage: check_tests.sh SOURCE_DIR
set -euo pipefail
cd "$1"

# UNIT -> the file that tests it instead, with the reason. There are no such exceptions.
declare -A elsewhere=()

violations=0
violation() {
    printf '%s\n' "$1"
    violations=$((violations + 1))
}

has_case() { # FILE
    local header
    ! grep -qE '^BOOST_[A-Z_]*TEST_CASE' "$1" || return 0
    for header in $(sed -nE 's/^#include "([^"]+)".*/\1/p' "$1"); do
        [[ ! -f tests/$header ]] || ! grep -qE '^BOOST_[A-Z_]*TEST_CASE' "tests/$header" || return 0
    done
    return 1
}

units=0
while read -r file; do
    unit=${file#framework/src/} unit=${unit%.cpp}
    units=$((units + 1))
    own=tests/${unit}_test.cpp
    if [[ -v elsewhere[$unit] ]]; then
        [[ -f ${elsewhere[$unit]} ]] || violation "$file: ${elsewhere[$unit]}, which is to test it, is not there"
        [[ ! -f $own ]] || violation "$file: an exception, but it has $own"
    elif [[ ! -f $own ]]; then
        violation "$file: there is no $own"
    elif ! has_case "$own"; then
        violation "$own: no test case"
    fi
done < <(find framework/src -name '*.cpp' | sort)
for unit in "${!elsewhere[@]}"; do
    [[ -f framework/src/$unit.cpp ]] || violation "framework/src/$unit.cpp: an exception, but it is not there"
done

if ((violations)); then
    echo "$violations units without their test" >&2
    exit 1
fi
echo "each of $units units has its test"
