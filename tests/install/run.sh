#!/usr/bin/env bash
# Installs a build, moves it, and builds and runs tests/install/consumer with it in the three ways of the README:
# find_package, add_subdirectory and pkg-config.
# usage: run.sh SOURCE_DIR BUILD_DIR CXX
set -euo pipefail

source_dir=$1 build_dir=$2 cxx=$3
consumer=$source_dir/tests/install/consumer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf -- '--- %s\n' "$*"; }

launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

configure() { # DIR [-D...]
    cmake -S "$consumer" -B "$work/$1" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_BUILD_TYPE=Release "${launcher[@]}" "${@:2}"
}

build_and_run() { # DIR
    cmake --build "$work/$1" --target consumer kit --parallel 2
    "$work/$1/consumer"
    "$work/$1/kit"
}

# Prints the macros of a command line, one per line.
macros() { tr ' ' '\n' | grep -E '^-D' | sort -u; }

step "install, then move the tree: nothing in it may name the prefix"
cmake --install "$build_dir" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix"
if grep -rlF -e "$work/first" -e "$build_dir" -e "$source_dir" --include='*.cmake' --include='*.pc' "$work/prefix"; then
    echo "these files name a directory of this machine" >&2
    exit 1
fi

pc_dir=$(dirname "$(find "$work/prefix" -name rill.pc)")
export PKG_CONFIG_PATH=$pc_dir
logs=$(cd "$pc_dir" && printf '%s;' rill-*.pc | sed 's/rill-//g; s/\.pc//g; s/;$//')
[[ $logs == "nats;redis;sqlite" ]] || echo "only these logs are installed: $logs" >&2

step "find_package"
configure package -DCMAKE_PREFIX_PATH="$work/prefix" -DLOGS="$logs"
build_and_run package

step "the logs $logs, as components; a program without them needs none of their libraries"
if ldd "$work/package/consumer" | grep -E 'sqlite|hiredis|nats'; then
    exit 1
fi
for log in ${logs//;/ }; do
    cmake --build "$work/package" --target "log_$log" --parallel 2
    "$work/package/log_$log" | tee "$work/log_$log.out"
    grep -qE ': (kept|waits)$' "$work/log_$log.out"
    ldd "$work/package/log_$log" | grep -qE 'sqlite|hiredis|nats'
done

step "the page docs/how-to/asio.md, as a program"
cmake --build "$work/package" --target asio_guide --parallel 2
"$work/package/asio_guide"

step "pkg-config and a bare compiler"
read -ra cflags < <(pkg-config --cflags rill)
read -ra libs < <(pkg-config --libs rill)
"$cxx" -std=c++20 "${cflags[@]}" "$consumer/main.cpp" -o "$work/bare" "${libs[@]}"
"$work/bare"
"$cxx" -std=c++20 "${cflags[@]}" "$consumer/kit.cpp" -o "$work/bare_kit" "${libs[@]}"
"$work/bare_kit"

for log in ${logs//;/ }; do
    read -ra log_flags < <(pkg-config --cflags --libs "rill-$log")
    "$cxx" -std=c++20 "$consumer/log_$log.cpp" -o "$work/bare_$log" "${log_flags[@]}"
    "$work/bare_$log" | grep -qE ': (kept|waits)$'
done

step "both give the same macros"
pkg-config --cflags rill | macros >"$work/macros.pc"
grep -F '"command"' "$work/package/compile_commands.json" | macros | grep -v '^-DNDEBUG$' >"$work/macros.cmake"
diff "$work/macros.cmake" "$work/macros.pc"
grep -qx -e -DBOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING "$work/macros.pc"

step "add_subdirectory"
configure subdirectory -DRILL_SOURCE="$source_dir"
build_and_run subdirectory
