#!/usr/bin/env bash
# pasted.sh must accept pages whose blocks compile and name the program that does not.
# usage: pasted_self_test.sh SOURCE_DIR COMPILER
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/pasted.sh
compiler=$2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/docs" "$tree/framework/include"
printf '#ifndef BOOST_ASIO_SOMETHING\n#error\n#endif\nusing number = int;\n' >"$tree/framework/include/numbers.hpp"

block() { # PROGRAM REGION LINE...
    printf '<!-- tests/docs/programs/%s.cpp [%s] -->\n```cpp\n' "$1" "$2"
    printf '%s\n' "${@:3}" '```'
}
pages() { # LINE: of the last block
    block readme all '#include <numbers.hpp>' 'int main()' '{' '    number n = 0;' '    return n;' '}' >"$tree/README.md"
    {
        echo 'Needed: `-DBOOST_ASIO_SOMETHING`.'
        block first includes '#include <numbers.hpp>' '#include <string>'
        block first one 'number f();'
        block first two 'number g() { return f(); }'
    } >"$tree/docs/guide.md"
    block second three "$1" >"$tree/docs/operations.md"
}

pages 'number f(std::string text);'
report=$(bash "$check" "$tree" "$compiler")
[[ $report == "3 programs compile as pasted" ]] || { echo "FAILED: good pages: $report"; exit 1; }

# A helper of another chapter, and a header that nothing names.
for planted in 'number h() { return g(); }' 'std::vector<number> all;'; do
    pages "$planted"
    if report=$(bash "$check" "$tree" "$compiler" 2>"$tree/errors") || [[ $report != *second.cpp ]] ||
        ! grep -q 'docs/operations.md:3' "$tree/errors"; then
        echo "FAILED: was not found: $planted: $report"
        exit 1
    fi
done
echo "every planted block was found"
