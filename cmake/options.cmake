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

# For targets that only the tests of the release build use. A sanitizer build compiles them on request only.
function(rill_release_only)
    if(RILL_SANITIZE)
        set_target_properties(${ARGN} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
endfunction()

# For our own sources. It does not change the flags of a consumer, except for the language level.
function(rill_own_target target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    if(RILL_DEVELOPER)
        target_compile_definitions(${target} PRIVATE BOOST_ASIO_NO_DEPRECATED)
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            # `event{.data = ...}` leaves the other members at their defaults, which is intended.
            target_compile_options(${target} PRIVATE -Wno-missing-designated-field-initializers -Wno-unknown-warning-option)
        else()
            # -Wrestrict: g++ 12 warns about the code of std::string itself (PR105651).
            target_compile_options(${target} PRIVATE -Wno-missing-field-initializers -Wno-restrict)
        endif()
    endif()
    if(RILL_SANITIZE)
        # A sanitizer run spends most of its time in the compiler, and -O0 takes 14 s where -O1 takes 25 s. A fuzzer runs
        # longer, so it is optimized.
        target_compile_options(${target} PRIVATE -fsanitize=${RILL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
            $<IF:$<BOOL:${RILL_FUZZ}>,-O1,-O0> -g1)
        if(RILL_SANITIZE MATCHES undefined)
            # AddressSanitizer finds such errors, too. These checks are a third of the code that the compiler generates.
            target_compile_options(${target} PRIVATE -fno-sanitize=null,vptr)
        endif()
        target_link_options(${target} PUBLIC -fsanitize=${RILL_SANITIZE})
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # false positives in instrumented code, as in boost::optional
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-tsan) # the latter: fences in Asio
        endif()
    endif()
endfunction()

# Compiles `files` sources of a target at a time. Most of each source is Asio and Boost.Test, which all sources share. A
# debug build compiles each source alone, because there the time for one changed file counts.
function(rill_together target files)
    if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>) # for files included by another
    endif()
endfunction()
