#!/usr/bin/env bash
# check_snippets.sh must accept correct snippets and report each wrong one. update_pages.py must not create list items.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
check=$here/check_snippets.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
printf 'int f()\n{\n    // [body]\n    int a = 1;\n    if (a)\n        return a;\n    // [body]\n}\n' >"$tree/code.cpp"
mkdir -p "$tree/samples/ticker" "$tree/tests/docs/programs"
cp "$tree/code.cpp" "$tree/samples/ticker/app.cpp"
cp "$tree/code.cpp" "$tree/tests/docs/programs/chapter.cpp"

body='```cpp\nint a = 1;\nif (a)\n    return a;\n```\n'
good="<!-- tests/docs/programs/chapter.cpp [body] -->\n$body"
mkdir "$tree/tests/docs/programs/page"
printf '<p>\n' >"$tree/tests/docs/programs/page/index.html"
html='```html\n<p>\n```\n'
page="<!-- tests/docs/programs/page/index.html -->\n$html"
printf "$good<!-- samples/ticker/app.cpp [body] -->\n$body$page" >"$tree/page.md"
report=$(bash "$check" "$tree")
[[ $report == "3 snippets equal their source" ]] || { echo "FAILED: good snippets: $report"; exit 1; }

for planted in "$body" "<!-- code.cpp [body] -->\n$body" "${good/body/gone}" "${good/chapter/gone}" "${good/a = 1/a = 2}" \
    "${page/<p>/<b>}" "${page/index/gone}" "$html"; do
    printf "$planted" >"$tree/page.md"
    if report=$(bash "$check" "$tree" 2>/dev/null) || [[ $report != ./page.md:* ]]; then
        echo "FAILED: was not found: $planted: $report"
        exit 1
    fi
done

# In each line, the column limit is before the mark. A mark at the beginning of the next line would begin a list item, a
# heading or a quotation.
words=$(printf 'word %.0s' {1..19})
for mark in '1.' '2)' '-' '+' '*' '#' '>' '>quoted'; do
    printf '%s\n' "${words}four $mark more words" >"$tree/page.md"
    python3 "$here/update_pages.py" "$tree" page.md >/dev/null
    wrapped=$(<"$tree/page.md")
    [[ $wrapped == *$'\n'"four $mark"* ]] || { echo "FAILED: wrapped before '$mark': $wrapped"; exit 1; }
done
echo "every planted snippet was found"
