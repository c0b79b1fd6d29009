#!/usr/bin/env bash
# Checks the includes between the rooms of bench/harness. A room may include only the rooms in the table below. The units of a room
# must not include each other in a cycle. A unit is x.hpp with x.cpp. Prints one line per violation and then fails.
# usage: check_rooms.sh SOURCE_DIR
set -euo pipefail
cd "$1/bench/harness"

# A room may include itself and the rooms in its entry. bench/README.md describes the rooms.
declare -A may_include=(
    [support]=""
    [machine]="support"
    [servers]="machine support"
    [client]="machine support"
    [figures]="client machine support"
    [comparison]="servers machine support"
    [report]="comparison machine support"
    [scenarios]="report comparison figures client servers machine support"
)

violations=0
violation() { # FILE MESSAGE
    printf 'bench/harness/%s: %s\n' "$1" "$2"
    violations=$((violations + 1))
}

for folder in */; do
    [[ -v may_include[${folder%/}] ]] || violation "$folder" "a room without a rule in tests/harness/check_rooms.sh"
done

edges=$(mktemp)
trap 'rm -f "$edges"' EXIT
while IFS=: read -r file line; do
    name=$(sed -nE 's/^#include "harness\/([^"]+)\.hpp".*/\1/p' <<<"$line")
    unit=${file%.?pp} room=${file%%/*}
    if [[ -z $name ]]; then
        violation "$file" "includes a file outside of bench/harness: $line"
    elif [[ ! -f $name.hpp ]]; then
        violation "$file" "includes $name.hpp, which does not exist"
    elif [[ $unit != "$name" ]]; then
        [[ $room == "${name%%/*}" || " ${may_include[$room]:-} " == *" ${name%%/*} "* ]] ||
            violation "$file" "$room may not include ${name%%/*} ($name.hpp)"
        printf '%s %s\n' "$unit" "$name" >>"$edges"
    fi
done < <(grep -H '^#include "' -- */*.?pp)

if ! cycle=$(tsort "$edges" 2>&1 >/dev/null); then
    violation "" "units include each other in a cycle: $(sed -n 's/^tsort: //p' <<<"$cycle" | tail -n +2 | paste -sd ' ')"
fi
if ((violations)); then
    echo "$violations violations of the rules of the rooms" >&2
    exit 1
fi
echo "the rules of the rooms hold in $(find . -mindepth 2 -name '*.?pp' | wc -l) files of $(find . -mindepth 1 -type d | wc -l) rooms"
