#!/usr/bin/env bash
# Checks that the tests run the C++ code of the documentation. Every ```cpp block is directly below a comment that names its
# source:
#
#     <!-- tests/docs/programs/streams.cpp [events] -->
#
# The block equals the lines between the two `// [events]` in that file, except for their common indentation. The file is a
# program of tests/docs/programs or of tests/install/asio, which runs its regions, or a file of a sample with its own tests.
# An ```html block equals a whole file of tests/docs/programs:
#
#     <!-- tests/docs/programs/tutorial/index.html -->
#
# usage: check_snippets.sh SOURCE_DIR
set -euo pipefail
cd "$1"

region() { # FILE NAME: prints the lines of the region, without the indentation of the marker
    awk -v mark="// [$2]" '
        { text = $0; sub(/^ +/, "", text) }
        text == mark { inside = !inside; found++; indent = length($0) - length(text); next }
        inside { print substr($0, 1, indent) ~ /^ *$/ ? substr($0, indent + 1) : $0 }
        END { if (found != 2) exit 1 }' "$1"
}

failures=0
checked=0
fail() { printf '%s\n' "$*"; failures=$((failures + 1)); }

check_page() { # MARKDOWN LINE SOURCE BLOCK
    local file=${3#<!-- }
    file=${file% -->}
    if [[ $file != tests/docs/programs/*.html || ! -f $file ]]; then
        fail "$1:$2: HTML that does not name its source"
    elif [[ $(cat "$file") != "$4" ]]; then
        fail "$1:$2: differs from $file:"
        diff "$file" <(printf '%s\n' "$4") || true
    fi
    checked=$((checked + 1))
}

check_block() { # MARKDOWN LINE SOURCE BLOCK
    local file name expected
    if [[ ! $3 =~ ^'<!-- '([^ ]+)' ['([a-z-]+)'] -->'$ ]]; then
        fail "$1:$2: C++ that does not name its source"
        return
    fi
    file=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
    case $file in
    tests/docs/programs/*.cpp | tests/install/asio/*.cpp | samples/*.cpp | samples/*.hpp) ;;
    *)
        fail "$1:$2: $file is not run as documentation: use tests/docs/programs or samples"
        return
        ;;
    esac
    if [[ ! -f $file ]] || ! expected=$(region "$file" "$name"); then
        fail "$1:$2: there is no region [$name] in $file"
    elif [[ $expected != "$4" ]]; then
        fail "$1:$2: differs from [$name] in $file:"
        diff <(printf '%s\n' "$expected") <(printf '%s\n' "$4") || true
    fi
    checked=$((checked + 1))
}

while read -r markdown; do
    number=0 before='' inside=0 block=''
    while IFS= read -r line || [[ $line ]]; do
        number=$((number + 1))
        if ((inside)) && [[ $line == '```' ]]; then
            "$check" "$markdown" "$start" "$source" "${block%$'\n'}"
            inside=0
        elif ((inside)); then
            block+=$line$'\n'
        elif [[ $line == '```cpp' ]]; then
            inside=1 block='' start=$number source=$before check=check_block
        elif [[ $line == '```html' ]]; then
            inside=1 block='' start=$number source=$before check=check_page
        fi
        before=$line
    done <"$markdown"
done < <(find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -name '*.md' -print | sort)

if ((failures)); then
    echo "$failures snippets are wrong" >&2
    exit 1
fi
echo "$checked snippets equal their source"
