#!/usr/bin/env bash
# Checks the messages of CMake about the version of Boost, and that CMake and spawn.hpp have the same range of versions.
set -euo pipefail
root=$1

said() { cmake -DVERSION="$1" -P "$root/cmake/boost_version.cmake" 2>&1; }
fail() { printf 'boost_version: %s\n' "$*" >&2; exit 1; }

for version in 1.81 1.81.0 1.83.0 1.88.0; do
    [[ -z $(said $version) ]] || fail "$version is checked, but: $(said $version)"
done
for version in 1.80.0 1.89.0 2.0.0; do
    [[ $(said $version) == *"Boost $version is not one of the versions 1.81 to 1.88"* ]] || fail "nothing about $version: $(said $version)"
done
grep -q 'BOOST_VERSION < 108100 || BOOST_VERSION > 108800' "$root/framework/src/core/spawn.hpp" ||
    fail "spawn.hpp has another range"
