#!/usr/bin/env bash
# Adds one violation after another to a copy of the tree. check_includes.sh must report each one, and nothing else.
# usage: self_test.sh SOURCE_DIR
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_includes.sh
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cd "$1"
find framework samples bench tests \( -name node_modules -o -name build \) -prune -o -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name CMakeLists.txt \) -print0 | xargs -0 cp --parents -t "$copy"
cd "$copy"
bash "$check" "$copy"

failures=0
planted() { # FILE LINE EXPECTED
    mkdir -p "$(dirname "$1")"
    local original=
    if [[ -f $1 ]]; then
        original=$(mktemp -p "$copy")
        cp "$1" "$original"
    fi
    printf '%s\n' "$2" >>"$1"

    local report status=0
    report=$(bash "$check" "$copy" 2>/dev/null) || status=$?
    if ((status != 1)) || [[ $report != *"$3"* || $(wc -l <<<"$report") != 1 ]]; then
        printf 'FAILED: %s with %s\n  expected one line with: %s\n  got: %s\n' "$1" "$2" "$3" "$report"
        failures=$((failures + 1))
    fi
    if [[ $original ]]; then
        mv "$original" "$1"
    else
        rm "$1"
        rmdir -p --ignore-fail-on-non-empty "$(dirname "$1")"
    fi
}

inc=framework/include/rill src=framework/src
guard='#pragma once'
planted $inc/core/awaitable.hpp '#include <rill/http/request.hpp>' "core may not include http"
planted $src/core/error.cpp '#  include   "http/private.hpp"' "core may not include http"
planted $inc/http/request.hpp '#include <rill/rill.hpp>' "http may not include the whole of rill"
planted $src/http/request.cpp '#include <rill/server/server.hpp>' "http may not include server"
planted $src/routing/planted.cpp '#include <rill/sse/event.hpp>' "routing may not include sse"
planted $src/sse/planted.cpp '#include "transport/reactor.hpp"' "sse may not include transport"
planted $src/transport/planted.cpp '#include <rill/routing/router.hpp>' "transport may not include routing"
planted $src/server/serving/planted.cpp '#include <rill/routing/router.hpp>' "server may not include routing"
planted $src/server/operations/planted.cpp '#include "server/process/watchdog.hpp"' "server/operations may not include server/process"
planted $src/server/operations/planted.cpp '#include <rill/server/server.hpp>' "server/operations may not include server/serving"
planted $src/server/process/planted.cpp '#include "server/serving/worker.hpp"' "server/process may not include server/serving"
planted $src/server/process/planted.cpp '#include <rill/server/server.hpp>' "server/process may not include server/serving"
planted $src/server/planted.cpp '// nothing' "the module server has rooms"
planted $src/server/unheard_of/planted.cpp '// nothing' "the room server/unheard_of has no rule"
planted $src/http/unheard_of/planted.cpp '// nothing' "the room http/unheard_of has no rule"
planted $src/core/error.cpp '#include "../http/private.hpp"' '"../http/private.hpp" climbs out'
planted $inc/http/planted.hpp "$guard
#include \"http/private.hpp\"" 'includes the private "http/private.hpp"'
planted $inc/http/request.hpp '#include <boost/beast/http/message.hpp>' "Beast beyond its vocabulary"
planted $inc/transport/planted.hpp "$guard
#include <boost/beast/http/parser.hpp>" "Beast beyond its vocabulary"
planted $src/routing/planted.cpp '#include <boost/beast/core.hpp>' "Beast beyond its vocabulary"
planted $inc/core/error.hpp '#include <iostream>' "too slow for a public header"
planted $inc/core/planted.hpp '// nothing' "no #pragma once"
planted $src/unheard_of/planted.cpp '// nothing' "a module without a rule"
planted framework/CMakeLists.txt 'rill_module(core LINK rill::server)' "core may not link rill::server"
planted samples/planted/planted.cpp '#include "transport/reactor.hpp"' "is not a public header"
planted samples/planted/planted.cpp '#include <rill/core/detail/waiter.hpp>' "is not for users"
planted bench/planted.cpp '#include "../framework/src/core/private.hpp"' "is not a public header"
planted tests/http/planted_test.cpp '#include "transport/reactor.hpp"' "private to another module"
planted tests/planted/planted_test.cpp '#include "../../framework/src/core/private.hpp"' "private to another module"

if ((failures)); then
    exit 1
fi
echo "every planted violation was found"
