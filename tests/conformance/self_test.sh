#!/usr/bin/env bash
# check.sh must accept correct rows and report each wrong row.
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

mkdir -p "$tree/docs" "$tree/tests/a" "$tree/tests/support"
cat >"$tree/tests/a/b_test.cpp" <<'END'
BOOST_AUTO_TEST_SUITE(outer)
BOOST_AUTO_TEST_SUITE(inner)
BOOST_AUTO_TEST_CASE(one)
BOOST_AUTO_TEST_SUITE_END()
BOOST_FIXTURE_TEST_CASE(two, fixture)
BOOST_AUTO_TEST_SUITE_END()
END
echo '        {"an entry, with a comma", get(""), "200"},' >"$tree/tests/support/strict_cases.hpp"

write() { # ROW...
    printf '# Title\n\n## A part\n\n| section | what | rill | shown by |\n|---|---|---|---|\n' >"$tree/docs/conformance.md"
    printf '%s\n' "$@" >>"$tree/docs/conformance.md"
}

write '| 1 | a | b | `inner/one`, `outer/two` |' '| 2 | `x/y` | b | `"an entry, with a comma"` |' '## Gaps' '| section | gap |' '|---|---|' '| 3 | a | b | - |'
report=$(bash "$check" "$tree")
[[ $report == "3 rows name tests that exist" ]] || { echo "FAILED: good rows: $report"; exit 1; }

for planted in '| 1 | a | b | - |' '| 1 | a | b | `outer/one` |' '| 1 | a | b | `inner/one`, `inner/gone` |' \
    '| 1 | a | b | `"no entry"` |' '| 1 | a | `inner/one` | none |'; do
    write "$planted"
    if report=$(bash "$check" "$tree" 2>/dev/null) || [[ $report != docs/conformance.md:7:* ]]; then
        echo "FAILED: $planted was not found: $report"
        exit 1
    fi
done
write
if bash "$check" "$tree" >/dev/null 2>&1; then
    echo "FAILED: a table without rows was accepted"
    exit 1
fi
echo "every planted row was found"
