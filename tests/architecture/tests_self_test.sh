#!/usr/bin/env bash
# Adds units without tests to a copy of the tree. check_tests.sh must report each one, and nothing else.
# usage: tests_self_test.sh SOURCE_DIR
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_tests.sh
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cd "$1"
find framework/src tests \( -name node_modules -o -name build \) -prune -o -type f \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    xargs -0 cp --parents -t "$copy"
cd "$copy"
bash "$check" "$copy"

finds() { # EXPECTED
    local report status=0
    report=$(bash "$check" "$copy" 2>/dev/null) || status=$?
    if ((status != 1)) || [[ $report != "$1" ]]; then
        printf 'FAILED: expected %s, got: %s\n' "$1" "$report"
        exit 1
    fi
}

touch framework/src/http/planted.cpp
finds "framework/src/http/planted.cpp: there is no tests/http/planted_test.cpp"
echo '// BOOST_AUTO_TEST_CASE(of_a_comment)' >tests/http/planted_test.cpp
finds "tests/http/planted_test.cpp: no test case"
echo '#include "http/planted_cases.hpp"' >>tests/http/planted_test.cpp
finds "tests/http/planted_test.cpp: no test case"
echo 'BOOST_AUTO_TEST_CASE(planted)' >tests/http/planted_cases.hpp
bash "$check" "$copy"
echo "every planted unit was found"
