#!/usr/bin/env bash
# Checks that the compiler refuses each mistake in tests/compile_fail with a helpful message. Each file must cause exactly one
# error, which contains the words of this line of the file:
#
#     // expect: WORDS
#
# With `// expect clang: WORDS` or `// expect g++: WORDS`, only the error of that compiler must contain the words. With
# RILL_FIXED defined, the same file must compile. A line `// only: g++ 12` skips a file for other compilers.
# usage: run.sh SOURCE_DIR CXX FLAG...
set -euo pipefail

here=$1/tests/compile_fail cxx=$2
flags=(-std=c++20 -fsyntax-only -Werror=unused-result "${@:3}") # for users, an ignored result is a warning
command -v "$cxx" >/dev/null || { echo "skipped: $cxx is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

family=g++
if "$cxx" --version | grep -q clang; then
    family=clang
fi
version=$("$cxx" -dumpversion)
this_compiler="$family ${version%%.*}"

# With a precompiled header a file takes half a second instead of eight.
if [[ $family == clang ]]; then
    "$cxx" -std=c++20 "${@:3}" -x c++-header "$here/everything.hpp" -o "$work/everything.hpp.pch"
    flags+=(-include-pch "$work/everything.hpp.pch" -I "$here")
else # g++ searches for everything.hpp.gch and everything.hpp in the same directories, first in that of the file
    "$cxx" -std=c++20 "${@:3}" -w -x c++-header "$here/everything.hpp" -o "$work/everything.hpp.gch"
    flags+=(-I "$work")
fi

failures=0
fail() { # FILE WHAT [OUTPUT]
    printf 'FAILED: %s: %s\n' "${1##*/}" "$2"
    if (($# > 2)); then
        head -n 6 "$3"
    fi
    failures=$((failures + 1))
}

check() { # FILE
    local expected first errors
    expected=$(sed -n "s|^// expect $family: ||p" "$1")
    [[ $expected ]] || expected=$(sed -n 's|^// expect: ||p' "$1")
    if [[ ! $expected ]]; then
        fail "$1" "does not say what to expect"
    elif "$cxx" "${flags[@]}" "$1" 2>"$work/errors"; then
        fail "$1" "compiles"
    else
        first=$(grep -m 1 -E '(^|[ :])error:' "$work/errors" || true)
        errors=$(grep -cE '(^|[ :])error:' "$work/errors" || true)
        if [[ $first != *"$expected"* ]]; then
            fail "$1" "the first error does not say: $expected" "$work/errors"
        elif ((errors != 1)); then
            fail "$1" "$errors errors, where one says all" "$work/errors"
        fi
    fi
    if ! "$cxx" "${flags[@]}" -DRILL_FIXED "$1" 2>"$work/errors"; then
        fail "$1" "does not compile without the mistake" "$work/errors"
    fi
}

checked=0
for file in "$here"/*.cpp; do
    only=$(sed -n 's|^// only: ||p' "$file")
    if [[ $only && $only != "$this_compiler" ]]; then
        echo "left out with $this_compiler: ${file##*/}"
        continue
    fi
    cp "$file" "$work/"
    check "$work/${file##*/}"
    checked=$((checked + 1))
done

if ((failures)); then
    echo "$failures failures" >&2
    exit 1
fi
((checked > 0)) || { echo "no file to check" >&2; exit 1; }
echo "$checked mistakes are refused with words that help, by $cxx ($this_compiler)"
