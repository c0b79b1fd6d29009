#!/usr/bin/env bash
# run.sh must accept a file if the compiler refuses its mistake with the expected words. It must report all other files.
# usage: self_test.sh SOURCE_DIR
set -euo pipefail

run=$1/tests/compile_fail/run.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/compile_fail"
printf '#pragma once\ntemplate <class T> void take(T) { static_assert(sizeof(T) > 4, "give more"); }\n' \
    >"$tree/tests/compile_fail/everything.hpp"

mistake() { # LINES that are wrong, LINES that are right
    printf '// expect: give more\n#include "everything.hpp"\n#ifdef RILL_FIXED\n%s\n#else\n%s\n#endif\n' "$2" "$1"
}
wrong='void f() { take(1); }' right='void f() { take(1L); }'

for cxx in g++ clang++-16; do
    command -v "$cxx" >/dev/null || continue
    mistake "$wrong" "$right" >"$tree/tests/compile_fail/one.cpp"
    report=$(bash "$run" "$tree" "$cxx" 2>&1) || { echo "FAILED: a good file: $report"; exit 1; }

    planted() { # WHAT, EXPECTED in the report; the file is on standard input
        cat >"$tree/tests/compile_fail/one.cpp"
        if report=$(bash "$run" "$tree" "$cxx" 2>&1) || [[ $report != *"FAILED: one.cpp: $2"* ]]; then
            echo "FAILED: $1 was not found by $cxx: $report"
            exit 1
        fi
    }
    planted "no mistake" "compiles" < <(mistake "$right" "$right")
    planted "other words" "the first error does not say" < <(mistake 'void f() { int x = "text"; take(1); }' "$right")
    planted "what follows from it" "2 errors" < <(mistake "$wrong void g() { take('c'); }" "$right")
    planted "a wrong correction" "does not compile without" < <(mistake "$wrong" "$wrong")
    planted "no words" "does not say what to expect" < <(mistake "$wrong" "$right" | tail -n +2)

    { echo '// only: g++ 3'; mistake "$wrong" "$wrong"; } >"$tree/tests/compile_fail/one.cpp"
    if report=$(bash "$run" "$tree" "$cxx" 2>&1) || [[ $report != *"no file to check"* ]]; then
        echo "FAILED: nothing that applies to $cxx: $report"
        exit 1
    fi
done
bash "$run" "$tree" no-such-compiler >"$tree/skipped" && { echo "FAILED: no compiler, and no skip"; exit 1; }
grep -q "^skipped: no-such-compiler is not installed" "$tree/skipped"
echo "every planted file was found"
