#!/usr/bin/env bash
# pasted.sh must accept pages whose blocks compile, and name the program that does not.
# usage: pasted_self_test.sh SOURCE_DIR COMPILER
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/pasted.sh
compiler=$2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/docs/reference" "$tree/docs/how-to" "$tree/framework/include" "$tree/tests/docs/programs"
printf '#ifndef BOOST_ASIO_SOMETHING\n#error\n#endif\nusing number = int;\n' >"$tree/framework/include/numbers.hpp"
program() { # NAME REGION...
    printf '// [%s]\n' "${@:2}" >"$tree/tests/docs/programs/$1.cpp"
}
program readme all
program first includes one two
program second three

block() { # PROGRAM REGION LINE...
    printf '<!-- tests/docs/programs/%s.cpp [%s] -->\n```cpp\n' "$1" "$2"
    printf '%s\n' "${@:3}" '```'
}
pages() { # LINE of the last block
    block readme all '#include <numbers.hpp>' 'int main()' '{' '    number n = 0;' '    return n;' '}' >"$tree/README.md"
    echo 'Needed: `-DBOOST_ASIO_SOMETHING`.' >"$tree/docs/reference/server.md"
    block first two 'number g() { return f(); }' >"$tree/docs/a.md" # this page comes before the page with the block that it uses
    {
        block first includes '#include <numbers.hpp>' '#include <string>'
        block first one 'number f();'
        block first two 'number g() { return f(); }' # the same block on a second page
    } >"$tree/docs/index.md"
    block second three "$1" >"$tree/docs/how-to/page.md"
}

pages 'number f(std::string text);'
report=$(bash "$check" "$tree" "$compiler")
[[ $report == "3 programs compile as pasted" ]] || { echo "FAILED: good pages: $report"; exit 1; }

# Uses a function of another program, and then a header that nothing includes.
for planted in 'number h() { return g(); }' 'std::vector<number> all;'; do
    pages "$planted"
    if report=$(bash "$check" "$tree" "$compiler" 2>"$tree/errors") || [[ $report != *second.cpp ]] ||
        ! grep -q 'docs/how-to/page.md:3' "$tree/errors"; then
        echo "FAILED: was not found: $planted: $report"
        exit 1
    fi
done
echo "every planted block was found"
