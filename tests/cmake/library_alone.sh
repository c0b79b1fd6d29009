#!/usr/bin/env bash
# Checks that the configuration of a user builds only the library. Warnings are not errors, and the packages for samples, benchmarks
# and tests are not needed. Tests rill as a project, with add_subdirectory, and with FetchContent.
# usage: library_alone.sh SOURCE_DIR CXX
set -euo pipefail

source_dir=$1 cxx=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

project() { # NAME LINE...: a project that uses rill
    mkdir "$work/$1"
    {
        echo 'cmake_minimum_required(VERSION 3.25)'
        echo 'project(user LANGUAGES CXX)'
        printf '%s\n' "${@:2}"
        echo 'add_executable(user main.cpp)'
        echo 'target_link_libraries(user PRIVATE rill::rill)'
    } >"$work/$1/CMakeLists.txt"
    echo '#include <rill/rill.hpp>' >"$work/$1/main.cpp"
    echo 'int main() {}' >>"$work/$1/main.cpp"
}

check() { # NAME SOURCE_DIR
    local build=$work/$1-build commands
    cmake -S "$2" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
        -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON >"$build.log" 2>&1 || { cat "$build.log"; fail "$1: cannot be configured"; return; }
    commands=$build/compile_commands.json
    grep -q "\"file\": \"$source_dir/framework/src/core/" "$commands" || fail "$1: the library is not built"
    grep -o "\"file\": \"$source_dir/[^\"]*" "$commands" | grep -v "/framework/src/" && fail "$1: more than the library is built"
    grep -q -e -Werror "$commands" && fail "$1: warnings are errors"
    grep -E '^(CLI11_DIR|boost_unit_test_framework_DIR):' "$build/CMakeCache.txt" && fail "$1: asks for a package of the tests"
    [[ ! -e $build/CTestTestfile.cmake ]] || fail "$1: has tests"
}

check alone "$source_dir"
project subdirectory "add_subdirectory(\"$source_dir\" rill)"
check subdirectory "$work/subdirectory"
project fetched 'include(FetchContent)' "FetchContent_Declare(rill SOURCE_DIR \"$source_dir\")" 'FetchContent_MakeAvailable(rill)'
check fetched "$work/fetched"

# A developer's build must differ, so that the checks above can fail.
cmake -S "$source_dir" -B "$work/developer" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DRILL_DEVELOPER=ON >"$work/developer.log" 2>&1 ||
    { cat "$work/developer.log"; fail "a developer's build cannot be configured"; }
grep -q -e -Werror "$work/developer/compile_commands.json" || fail "a developer's build must have warnings as errors"
grep -q "\"file\": \"$source_dir/samples/" "$work/developer/compile_commands.json" || fail "a developer's build must have the samples"

((failures == 0)) || { echo "$failures failures"; exit 1; }
echo "a user's build is the library alone"
