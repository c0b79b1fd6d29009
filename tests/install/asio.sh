#!/usr/bin/env bash
# Installs a sanitizer build, and builds and runs the program of the page docs/how-to/asio.md with it, outside the tree.
# usage: asio.sh SOURCE_DIR BUILD_DIR CXX SANITIZERS [REQUESTS LOOK_UPS]    default: 100000 10000
set -euo pipefail

source_dir=$1 build_dir=$2 cxx=$3 sanitizers=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

cmake --install "$build_dir" --prefix "$work/prefix" >"$work/install.log"
# -Wno-tsan: ThreadSanitizer does not support the fences of Asio. rill's own build sets it, too.
cmake -S "$source_dir/tests/install/consumer" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" "${launcher[@]}" \
    -DCMAKE_CXX_FLAGS="-g1 -fsanitize=$sanitizers -fno-sanitize-recover=all -Wno-tsan -Wno-maybe-uninitialized" \
    -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/build" --target asio_guide
"$work/build/asio_guide" "${@:5}"
