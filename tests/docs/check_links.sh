#!/usr/bin/env bash
# Checks that every relative link in the Markdown files leads to a file, and every #anchor to a heading.
# usage: check_links.sh SOURCE_DIR
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$1"

# Prints the text without code, because code contains no links and no headings.
prose() { sed -E '/^ *(```|~~~)/,/^ *(```|~~~)/d; s/`[^`]*`//g' "$1"; }

links() { # FILE: [text](target "title") and [name]: target
    prose "$1" | grep -oE '\]\([^)]+\)' | sed -E 's/^\]\(<?//; s/>?\)$//; s/[[:space:]]+"[^"]*"$//' || true
    prose "$1" | sed -nE 's/^ {0,3}\[[^]]+\]:[[:space:]]*<?([^[:space:]>]+).*/\1/p'
}

anchors() { # FILE: the names that GitHub gives to its headings
    sed -E '/^ *(```|~~~)/,/^ *(```|~~~)/d' "$1" | sed -nE 's/^#{1,6} +//p' |
        sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/.*/\L&/; s/[^[:alnum:] _-]//g; s/ /-/g'
}

broken=0
checked=0
while read -r file; do
    while read -r link; do
        [[ ! $link =~ ^([a-z][a-z0-9+.-]*:|//) ]] || continue # another site
        checked=$((checked + 1))
        path=${link%%#*} target=$file
        if [[ $path == /* ]]; then
            target=.$path
        elif [[ $path ]]; then
            target=$(dirname "$file")/${path//%20/ }
        fi
        if [[ ! -e $target ]]; then
            printf '%s: no such file: %s\n' "$file" "$link"
            broken=$((broken + 1))
        elif [[ $link == *'#'* && $target == *.md ]] && ! anchors "$target" | grep -xF -e "${link#*#}" >/dev/null; then
            printf '%s: no such heading: %s\n' "$file" "$link"
            broken=$((broken + 1))
        fi
    done < <(links "$file")
done < <(find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -name '*.md' -print | sort)

if ((broken)); then
    echo "$broken broken links" >&2
    exit 1
fi
echo "$checked links lead somewhere"
