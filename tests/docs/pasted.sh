#!/usr/bin/env bash
# Compiles the C++ blocks of the README and of docs/ as a reader would paste them. The lines of [includes] come first. The compiler
# gets the headers of rill and the macro that docs/reference/server.md names. All blocks of one program of tests/docs/programs are compiled together, in the
# order of that program. A program with a main() is compiled without the lines of [includes].
# usage: pasted.sh SOURCE_DIR COMPILER
set -euo pipefail
cd "$1"
compiler=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

page=docs/reference/server.md
definition=$(grep -om1 -e '-DBOOST_ASIO_[A-Z_]*' "$page") || { echo "$page names no macro" >&2; exit 1; }

# One file for each block: PROGRAM/REGION. Error messages name the first page that shows the block.
mapfile -t pages < <(find README.md docs -name '*.md' | sort)
awk -v work="$work" '
    inside && /^```$/ { inside = 0; close(file); next }
    inside { print >>file; next }
    /^```cpp$/ && match(before, /programs\/[a-z_]+\.cpp \[[a-z-]+\]/) {
        split(substr(before, RSTART, RLENGTH), part, /[\/. \[\]]+/) # programs NAME cpp REGION
        directory = work "/" part[2]
        file = directory "/" part[4]
        if (!((file) in seen)) {
            seen[file] = 1
            system("mkdir -p " directory)
            printf "#line %d \"%s\"\n", FNR + 1, FILENAME >file
            inside = 1
        }
    }
    { before = $0 }' "${pages[@]}"

regions() { # PROGRAM: prints the names of its regions in their order
    sed -nE 's|^ *// \[([a-z-]+)\]$|\1|p' "tests/docs/programs/$1.cpp" | awk '!seen[$0]++'
}

includes=$(ls "$work"/*/includes)
compiled=0
failed=0
for directory in "$work"/*/; do
    name=$(basename "$directory")
    program=$work/$name.cpp
    for region in $(regions "$name"); do
        [[ $region == includes || ! -f $directory/$region ]] || cat "$directory/$region" >>"$program"
    done
    [[ -f $program ]] || continue
    lines=(-include "$includes")
    ! grep -q '^int main(' "$program" || lines=()
    # Because of #line, g++ treats the blocks as a header, and would warn about coroutine frames without linkage.
    if ! "$compiler" -x c++ -std=c++20 "$definition" -I framework/include -fsyntax-only -Wno-subobject-linkage \
        "${lines[@]}" "$program"; then
        echo "does not compile as pasted: the blocks of $name.cpp"
        failed=$((failed + 1))
    fi
    compiled=$((compiled + 1))
done
if ((failed)); then
    exit 1
fi
echo "$compiled programs compile as pasted"
