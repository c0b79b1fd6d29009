#pragma once

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include "support/fake_writer.hpp"
#include "support/manual_loop.hpp"

namespace rill_test {

/// A coroutine that writes, and its writer.
struct writer_fixture
{
    manual_loop loop;
    fake_writer out{loop.context};
    manual_loop::outcome end;
};

inline void check_code(const std::exception_ptr& error, rill::error_code expected)
{
    BOOST_REQUIRE(static_cast<bool>(error));
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(error), boost::system::system_error,
                          [&](const auto& e) { return e.code() == expected; });
}

} // namespace rill_test
