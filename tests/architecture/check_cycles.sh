#!/usr/bin/env bash
# Checks that no units of a module include each other in a cycle. A unit is NAME.hpp with NAME.cpp, in any folder of the
# module. A reader who follows the includes of a unit never returns to it. Prints each cycle and fails if there is one.
# usage: check_cycles.sh SOURCE_DIR
set -euo pipefail
cd "$1"

# Lines "MODULE/UNIT MODULE/UNIT" for each include between two units of one module.
arrows() {
    find framework -type f \( -name '*.hpp' -o -name '*.cpp' \) -print0 | sort -z |
        xargs -0 -r grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+[">]' -- |
        sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">].*/ \1/' |
        awk '
            function module(path) {
                sub(/\/.*/, "", path)
                return path
            }
            function unit(path) { # returns MODULE/NAME, without the folders within the module
                sub(/^(framework\/src|framework\/include\/rill|rill)\//, "", path)
                sub(/\.(hpp|cpp)$/, "", path)
                if (path !~ /\//) { return "" }
                name = path
                sub(/.*\//, "", name)
                return module(path) "/" name
            }
            {
                folder = $1
                sub(/[^\/]*$/, "", folder)
                from = unit($1)
                to = unit($2 ~ /\// ? $2 : folder $2)
                if (from != "" && to != "" && from != to && module(from) == module(to)) { print from, to }
            }' |
        sort -u
}

if ! cycles=$(arrows | tsort 2>&1 >/dev/null); then
    # tsort prints a line for each cycle, and then the units of the cycle.
    sed -E 's/^tsort: (.*)/    \1/; s/^ *-: input contains a loop:$/these units include each other in a cycle:/' <<<"$cycles"
    exit 1
fi
