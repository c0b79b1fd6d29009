#!/usr/bin/env bash
# Compiles the C++ blocks of the pages as a reader pastes them: with nothing but rill's headers, the definition that the guide
# names, and the lines that the guide puts in front of its examples ([includes]). Blocks of one program of tests/docs/programs
# belong together. One that has a main() stands alone, without those lines.
# usage: pasted.sh SOURCE_DIR COMPILER
set -euo pipefail
cd "$1"
compiler=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

definition=$(grep -om1 -e '-DBOOST_ASIO_[A-Z_]*' docs/guide.md) || { echo "docs/guide.md names no definition" >&2; exit 1; }

# One file for each program, in the order of the pages.
awk -v work="$work" '
    inside && /^```$/ { inside = 0; next }
    inside { print >>file; next }
    /^```cpp$/ && match(before, /programs\/[a-z_]+\.cpp \[[a-z-]+\]/) {
        split(substr(before, RSTART, RLENGTH), part, /[\/. \[\]]+/) # programs NAME cpp REGION
        file = work "/" (part[4] == "includes" ? "includes.hpp" : part[2] ".cpp")
        printf "#line %d \"%s\"\n", FNR + 1, FILENAME >>file
        inside = 1
    }
    { before = $0 }' README.md docs/guide.md docs/operations.md

compiled=0
failed=0
for program in "$work"/*.cpp; do
    lines=(-include "$work/includes.hpp")
    ! grep -q '^int main(' "$program" || lines=()
    # Because of the #line, g++ takes the blocks for a header, and warns of coroutine frames that have no linkage there.
    if ! "$compiler" -std=c++20 "$definition" -I framework/include -fsyntax-only -Wno-subobject-linkage \
        "${lines[@]}" "$program"; then
        echo "does not compile as pasted: the blocks of $(basename "$program")"
        failed=$((failed + 1))
    fi
    compiled=$((compiled + 1))
done
if ((failed)); then
    exit 1
fi
echo "$compiled programs compile as pasted"
