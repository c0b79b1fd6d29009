# Settings of all targets of this build: language level, warnings, sanitizers, compiler cache.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
endif()

find_program(RILL_CCACHE ccache)
if(RILL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER AND PROJECT_IS_TOP_LEVEL)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${RILL_CCACHE})
endif()

# For targets that only the tests of the release build use. A sanitizer build compiles them only on request.
function(rill_release_only)
    if(RILL_SANITIZE)
        set_target_properties(${ARGN} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
endfunction()

# Sets the compiler flags of our own sources. A program that links rill gets only the language level.
function(rill_own_target target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    if(RILL_DEVELOPER)
        target_compile_definitions(${target} PRIVATE BOOST_ASIO_NO_DEPRECATED)
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            # `event{.data = ...}` intentionally does not set the other members.
            target_compile_options(${target} PRIVATE -Wno-missing-designated-field-initializers -Wno-unknown-warning-option)
        else()
            # -Wrestrict: g++ 12 warns about the code of std::string itself (PR105651).
            target_compile_options(${target} PRIVATE -Wno-missing-field-initializers -Wno-restrict)
        endif()
    endif()
    if(RILL_SANITIZE)
        # A sanitizer run spends most of its time in the compiler. The same compilation takes 14 s with -O0 and 25 s with -O1. A
        # fuzzer runs longer. Therefore it is optimized.
        target_compile_options(${target} PRIVATE -fsanitize=${RILL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
            $<IF:$<BOOL:${RILL_FUZZ}>,-O1,-O0> -g1)
        if(RILL_SANITIZE MATCHES undefined)
            # AddressSanitizer also finds the errors of these two checks. The checks are a third of the generated code.
            target_compile_options(${target} PRIVATE -fno-sanitize=null,vptr)
        endif()
        target_link_options(${target} PUBLIC -fsanitize=${RILL_SANITIZE})
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # false positives, e.g. in boost::optional
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-tsan) # -Wno-tsan: Asio uses fences
        endif()
    endif()
endfunction()

# Compiles up to `files` sources of a target as one source. Most of the code of each source is Asio and Boost.Test, and this
# code is then compiled only once. A debug build compiles each source alone, because a short build after a change of one file is
# more important there.
function(rill_together target files)
    if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>) # for files included by another
    endif()
endfunction()
