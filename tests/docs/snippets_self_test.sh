#!/usr/bin/env bash
# check_snippets.sh must accept a right snippet and name each wrong one.
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_snippets.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
printf 'int f()\n{\n    // [body]\n    int a = 1;\n    if (a)\n        return a;\n    // [body]\n}\n' >"$tree/code.cpp"

good='<!-- code.cpp [body] -->\n```cpp\nint a = 1;\nif (a)\n    return a;\n```\n'
printf "$good" >"$tree/page.md"
report=$(bash "$check" "$tree")
[[ $report == "1 snippets equal their source" ]] || { echo "FAILED: a good snippet: $report"; exit 1; }

for planted in '```cpp\nint a = 1;\n```\n' '<!-- code.cpp [gone] -->\n```cpp\nint a = 1;\n```\n' '<!-- gone.cpp [body] -->\n```cpp\nx\n```\n' \
    "${good/a = 1/a = 2}"; do
    printf "$planted" >"$tree/page.md"
    if report=$(bash "$check" "$tree" 2>/dev/null) || [[ $report != ./page.md:* ]]; then
        echo "FAILED: was not found: $planted: $report"
        exit 1
    fi
done
echo "every planted snippet was found"
