# rill uses internals of Asio. This use was checked with the versions of Boost below. With any other version, rill starts its
# coroutines with the public co_spawn. That is also correct, but needs more memory. framework/src/core/spawn.hpp has the same
# range.
function(rill_report_boost version)
    set(first 1.81)
    set(last 1.88)
    if(version VERSION_GREATER_EQUAL ${first} AND version VERSION_LESS ${last}.99)
        return()
    endif()
    message(STATUS "rill: Boost ${version} is not one of the versions ${first} to ${last} that were checked for the use of Asio's "
        "internals. Coroutines are started by asio::co_spawn: a stream takes more memory.")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND DEFINED VERSION) # for the test
    rill_report_boost(${VERSION})
endif()
