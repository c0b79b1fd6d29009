#!/usr/bin/env bash
# Checks that every row of docs/conformance.md names a test, and that every named test exists: `suite/case` of a
# tests/*/*_test.cpp, or `"an entry"` of tests/support/strict_cases.hpp. Rows below the headings "Not applicable" and
# "Gaps" need no test.
# usage: check.sh SOURCE_DIR
set -euo pipefail
cd "$1"

mapfile -t test_files < <(find tests -mindepth 2 -maxdepth 3 -name '*_test.cpp' -not -path '*/node_modules/*')
known=$(mktemp)
trap 'rm -f "$known"' EXIT
{
    awk '
        /^BOOST_AUTO_TEST_SUITE_END/ { if (depth) --depth; next }
        match($0, /^BOOST_AUTO_TEST_SUITE\([a-z0-9_]+/) { suites[++depth] = substr($0, 23, RLENGTH - 22); next }
        match($0, /^BOOST_(AUTO|FIXTURE|DATA)_TEST_CASE\([a-z0-9_]+/) {
            name = substr($0, RSTART, RLENGTH)
            sub(/.*\(/, "", name)
            print suites[depth] "/" name
        }' "${test_files[@]}"
    sed -nE 's/^ *\{("[^"]+"),.*/\1/p' tests/support/strict_cases.hpp
} | sort -u >"$known"

wrong=0
rows=0
needs_test=1
in_table=0
number=0
complain() { printf 'docs/conformance.md:%s: %s\n' "$number" "$1"; wrong=$((wrong + 1)); }

while IFS= read -r line; do
    number=$((number + 1))
    case $line in
    '## Not applicable' | '## Gaps') needs_test=0 in_table=0 ;;
    '## '*) needs_test=1 in_table=0 ;;
    '|---'*) in_table=1 ;;
    '|'*)
        ((in_table)) || continue # the head of the table
        rows=$((rows + 1))
        named=0
        while IFS= read -r name; do
            name=${name//\`/}
            if ! grep -xF -e "$name" "$known" >/dev/null; then
                complain "no such test: $name"
            fi
            named=$((named + 1))
        done < <(grep -oE '`([a-z0-9_]+/[a-z0-9_]+|"[^`"]+")`' <<<"${line##*| }" || true)
        ((named || !needs_test)) || complain "the row names no test"
        ;;
    *) in_table=0 ;;
    esac
done <docs/conformance.md

if ((wrong)); then
    echo "$wrong mistakes" >&2
    exit 1
fi
((rows)) || { echo "docs/conformance.md has no rows" >&2; exit 1; }
echo "$rows rows name tests that exist"
