#!/usr/bin/env bash
# Checks the includes between modules. Prints one line for each violation, and fails if there is one.
# usage: check_includes.sh SOURCE_DIR
set -euo pipefail
cd "$1"

# A module may include itself and the modules in its line. A module without a line is an error.
declare -A may_include=(
    [core]=""
    [http]="core"
    [routing]="http core"
    [sse]="http core"
    [pubsub]="sse http core"
    [transport]="http core"
    [server]="transport http core"
    [client]="http sse core"
    [nats]="pubsub sse http core"
    [redis]="pubsub sse http core"
    [sqlite]="pubsub sse http core"
    [testing]="server client routing pubsub sse transport http core"
)
# A large module has rooms, framework/src/MODULE/ROOM. A room may include itself and the rooms in its line. A room without a line is
# an error. All sources of a module with rooms are in its rooms.
declare -A room_may_include=(
    [server/operations]=""
    [server/process]="operations"
    [server/serving]="process operations"
    [testing/backplane_contract]=""
)
# These modules have sources beside their rooms.
modules_with_loose_sources=" testing "
# The public headers whose functions a room implements. All rooms of the module may include its other public headers.
declare -A room_of_header=(
    [server/admin]=operations
    [server/end_streams]=serving
    [server/log]=operations
    [server/metrics]=operations
    [server/service_manager]=process
    [server/supervisor]=process
    [server/server]=serving
)
# These modules may use the parsers and sockets of Beast. All others may use only its names for status and method.
beast_users=" transport client testing "
beast_vocabulary='^boost/beast/http/(verb|status|field)\.hpp$'
# These headers slow down the compilation of every file of a user.
slow_for_users='^(regex|iostream|format|boost/asio\.hpp)$'

violations=0
violation() { # FILE MESSAGE
    printf '%s: %s\n' "$1" "$2"
    violations=$((violations + 1))
}

files() { # DIR... -> the C++ files
    find "$@" \( -name node_modules -o -name build \) -prune -o -type f \( -name '*.hpp' -o -name '*.cpp' \) -print | sort
}

# Prints lines "FILE<tab>angle|quote<tab>NAME" for all files named on standard input.
includes() {
    tr '\n' '\0' | xargs -0 -r grep -HE '^[[:space:]]*#[[:space:]]*include' -- |
        sed -nE 's/^([^:]+):[[:space:]]*#[[:space:]]*include[[:space:]]*(<([^>]+)>|"([^"]+)").*/\1\t\2\t\3\4/p' |
        sed -E 's/\t<[^\t]*\t/\tangle\t/; s/\t"[^\t]*\t/\tquote\t/'
}

may_use() { # MODULE OTHER
    [[ $1 == "$2" || " ${may_include[$1]} " == *" $2 "* ]]
}

check_module_file() { # FILE MODULE KIND NAME
    local other
    case $4 in
    rill/*/*) other=${4#rill/} other=${other%%/*} ;;
    rill/*) other="the whole of rill" ;;
    *) other=$2 ;;
    esac
    if [[ $3 == quote ]]; then # a private header: next to the file, or MODULE/NAME below framework/src
        if [[ $1 == framework/include/* ]]; then
            violation "$1" "a public header includes the private \"$4\""
        fi
        case $4 in
        *..*) violation "$1" "\"$4\" climbs out of its directory" ;;
        */*) other=${4%%/*} ;;
        esac
    fi
    may_use "$2" "$other" || violation "$1" "$2 may not include $other ($4)"
    if [[ $4 == boost/beast* && ! $4 =~ $beast_vocabulary ]]; then
        if [[ $1 == framework/include/* || $beast_users != *" $2 "* ]]; then
            violation "$1" "Beast beyond its vocabulary: $4"
        fi
    fi
    if [[ $1 == framework/include/* && $4 =~ $slow_for_users ]]; then
        violation "$1" "too slow for a public header: $4"
    fi
}

# Checks a file of a module with rooms.
check_room_file() { # FILE MODULE KIND NAME
    local room=${1#framework/src/} other=${4%.hpp}
    room=${room%/*}
    [[ -v room_may_include[$room] ]] || return 0 # check_rooms() reports this
    if [[ $3 == angle ]]; then
        other=${other#rill/}
        [[ -v room_of_header[$other] ]] || return 0
        other=$2/${room_of_header[$other]}
    else
        other=${other%/*}
    fi
    [[ $other == "$2"/* || $other == "$2" ]] || return 0
    [[ $room == "$other" || " ${room_may_include[$room]} " == *" ${other#*/} "* ]] ||
        violation "$1" "$room may not include $other ($4)"
}

has_rooms() { # MODULE
    [[ " ${!room_may_include[*]}" == *" $1/"* ]]
}

check_rooms() {
    local file room
    while read -r file; do
        room=${file#framework/src/} room=${room%/*}
        if [[ $room == */* && ! -v room_may_include[$room] ]]; then
            violation "$file" "the room $room has no rule in tests/architecture"
        elif [[ $room != */* && $modules_with_loose_sources != *" $room "* ]] && has_rooms "$room"; then
            violation "$file" "the module $room has rooms: the file belongs in one of them"
        fi
    done < <(files framework/src)
}

check_framework() {
    local file kind name module
    for module in framework/include/rill/*/ framework/src/*/; do
        module=$(basename "$module")
        [[ -v may_include[$module] ]] || violation "$module" "a module without a rule in tests/architecture"
    done
    while IFS=$'\t' read -r file kind name; do
        module=${file#framework/include/rill/} module=${module#framework/src/}
        if [[ $module != */* ]]; then
            continue # rill/rill.hpp and similar headers include everything
        fi
        module=${module%%/*}
        [[ ! -v may_include[$module] ]] || check_module_file "$file" "$module" "$kind" "$name"
        if [[ $file == framework/src/* ]] && has_rooms "$module"; then
            check_room_file "$file" "$module" "$kind" "$name"
        fi
    done < <(files framework | includes)
}

# The linked modules must be the modules that a module may include.
check_links() {
    local module links link
    while read -r module links; do
        [[ -v may_include[$module] ]] || continue
        for link in $links; do
            if [[ $link == rill::* ]] && ! may_use "$module" "${link#rill::}"; then
                violation framework/CMakeLists.txt "$module may not link $link"
            fi
        done
    done < <(sed -nE 's/^rill_module\(([a-z_0-9]+) LINK (.*)\)/\1 \2/p' framework/CMakeLists.txt)
}

# Samples and benchmarks may include only public headers and their own files, as the code of a user.
check_users() { # DIR
    local file kind name
    [[ -d $1 ]] || return 0
    while IFS=$'\t' read -r file kind name; do
        if [[ $name == */detail/* && $name == rill/* ]]; then
            violation "$file" "<$name> is not for users"
        elif [[ $name == *framework/* || ($kind == quote && ! -f ${file%/*}/$name && ! -f $1/$name) ]]; then
            violation "$file" "\"$name\" is not a public header, nor its own"
        fi
    done < <(files "$1" | includes)
}

# A unit test may include the same headers as its module, also private ones. A fuzz target may include any private header. All other
# tests may include only public headers, as the code of a user.
check_tests() {
    local file kind name module
    while IFS=$'\t' read -r file kind name; do
        module=${file#tests/} module=${module%%/*}
        if [[ $kind == angle || -f ${file%/*}/$name || -f tests/$name || ($module == fuzz && $name != *..* && -f framework/src/$name) ]]; then
            continue
        fi
        if [[ $name == *..* || ! -f framework/src/$name || ! -v may_include[$module] ]] || ! may_use "$module" "${name%%/*}"; then
            violation "$file" "\"$name\" is private to another module"
        fi
    done < <(files tests | includes)
}

check_guards() {
    local file
    while read -r file; do
        grep -qxF '#pragma once' "$file" || violation "$file" "no #pragma once"
    done < <(find framework samples bench tests \( -name node_modules -o -name build \) -prune -o -type f -name '*.hpp' -print | sort)
}

check_framework
check_rooms
check_links
check_users samples
check_users bench
check_tests
check_guards
if ((violations)); then
    echo "$violations violations of the include rules" >&2
    exit 1
fi
echo "the include rules hold in $(files framework samples bench tests | wc -l) files"
