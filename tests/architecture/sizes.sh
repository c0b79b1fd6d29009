#!/usr/bin/env bash
# Reports the sizes of functions, classes and files, and fails if one is above its limit. Without universal-ctags the exit code is 77.
# A class is a class or struct with a body. Constructors, destructors and operators do not count as member functions. The overloads
# of one name count once.
# usage: sizes.sh SOURCE_DIR [FOLDER...]    (default: framework samples bench)
set -euo pipefail
cd "$1"
shift
(($#)) || set -- framework samples bench

max_function=60     # lines of the longest function
max_p90=25          # lines of the 90th percentile of all functions
max_file=320        # lines
max_members=25      # data members of a class
max_functions=30    # member functions of a class

if ! ctags --version 2>/dev/null | grep -q '^Universal Ctags'; then
    echo "universal-ctags is not installed"
    exit 77
fi

files() {
    find "$@" \( -name node_modules -o -name build \) -prune -o -type f \( -name '*.hpp' -o -name '*.cpp' \) -print | sort
}

# NAME FILE LINE;" KIND SCOPE END, separated by tabs, for each function, prototype and member.
tags() {
    files "$@" | ctags --quiet --options=NONE --languages=C++ --map-C++=+.hpp --kinds-C++=fpm --excmd=number --fields=ksZe \
        --extras=-F --sort=no -f - -L -
}

failed=0
report=$({ tags "$@" | sed 's/^/tag\t/'; files "$@" | tr '\n' '\0' | xargs -0 -r -n 1 wc -l | sed 's/^ */file\t/; s/ /\t/'; } | awk -F '\t' \
    -v max_function=$max_function -v max_p90=$max_p90 -v max_file=$max_file -v max_members=$max_members -v max_functions=$max_functions '
    function value(field,   i) {
        for (i = 5; i <= NF; ++i) { if (index($i, field ":") == 1) { return substr($i, length(field) + 2) } }
        return ""
    }
    function owner(   scope) { # returns the class of the tag
        scope = value("scope")
        if (scope !~ /^(class|struct):/) { return "" }
        sub(/^[a-z]+:/, "", scope)
        return scope
    }
    function over(what) { print "too large: " what; ++violations }
    $1 == "file" { if ($2 > max_file) { over($3 ": " $2 " lines, the limit is " max_file) } else if ($2 > longest_file) { longest_file = $2 }; ++file_count; next }
    {
        name = $2
        file = $3
        line = $4
        sub(/;.*/, "", line)
        kind = $5
        class = owner()
        plain = class
        sub(/.*::/, "", plain)
    }
    kind == "m" { ++members[class]; where[class] = file; next }
    kind == "f" && value("end") != "" {
        lines = value("end") - line + 1
        length_of[++function_count] = lines
        if (lines > max_function) { over(file ":" line ": " name "() has " lines " lines, the limit is " max_function) }
    }
    # The class contains the prototype of a function that is defined in a .cpp.
    class != "" && (kind == "p" || file ~ /\.hpp$/) && name != plain && name !~ /^(~|operator)/ && !((class, name) in seen) {
        seen[class, name] = 1
        ++functions[class]
        where[class] = file
    }
    END {
        for (class in members) { if (members[class] > max_members) { over(where[class] ": " class " has " members[class] " data members, the limit is " max_members) } }
        for (class in functions) { if (functions[class] > max_functions) { over(where[class] ": " class " has " functions[class] " member functions, the limit is " max_functions) } }
        # Counts the functions by length, to find the percentile.
        for (i = 1; i <= function_count; ++i) { ++count[length_of[i]]; if (length_of[i] > longest) { longest = length_of[i] } }
        for (i = 1; i <= longest; ++i) {
            sum += count[i]
            if (!median && sum * 2 >= function_count) { median = i }
            if (!p90 && sum * 10 >= function_count * 9) { p90 = i }
        }
        if (p90 > max_p90) { over("the 90th percentile of function lengths is " p90 " lines, the limit is " max_p90) }
        printf "%d functions: median %d lines, 90th percentile %d, longest %d\n", function_count, median, p90, longest
        printf "%d files, %d classes with members or functions\n", file_count, length(where)
        exit violations > 0
    }') || failed=1
sort -r <<<"$report"
exit $failed
