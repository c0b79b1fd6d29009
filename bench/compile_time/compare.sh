#!/usr/bin/env bash
# Measures the time to compile one stream handler. One version uses rill, the other uses Asio and Beast directly. The
# figures are medians of interleaved runs. They are user CPU time, because a busy machine affects it little.
#
#     bench/compile_time/compare.sh [RUNS]      CXX chooses the compiler (g++), CXXFLAGS adds flags
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
runs=${1:-3}
# The definitions of the CMake target rill::rill; see framework/CMakeLists.txt.
flags=(-std=c++20 -O0 -DBOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING -DBOOST_ASIO_NO_DEPRECATED
       -I "$here/../../framework/include")
read -ra more <<<"${CXXFLAGS:-}"
object=$(mktemp --suffix=.o)
trap 'rm -f "$object" "$object.time"' EXIT

user_seconds() { # FILE
    local TIMEFORMAT=%U
    { time "${CXX:-g++}" "${flags[@]}" "${more[@]}" -c "$here/$1" -o "$object" 1>&3 2>&4; } 3>&1 4>&2 2>"$object.time"
    cat "$object.time"
}

median() { # NUMBER...
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

rill=() direct=()
for ((i = 0; i < runs; i++)); do
    rill+=("$(user_seconds rill_handler.cpp)")
    direct+=("$(user_seconds asio_beast_handler.cpp)")
done
a=$(median "${rill[@]}")
b=$(median "${direct[@]}")
printf 'rill          %s s   (%s)\nAsio + Beast  %s s   (%s)\n' "$a" "${rill[*]}" "$b" "${direct[*]}"
awk -v a="$a" -v b="$b" 'BEGIN { printf "rill needs %.1f %% of the time\n", 100 * a / b }'
