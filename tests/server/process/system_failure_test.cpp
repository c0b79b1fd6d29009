#include "server/process/system_failure.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

BOOST_AUTO_TEST_SUITE(system_failure_test)

namespace {

template <class Exception>
rill::failure from(const Exception& thrown)
{
    return rill::failure_from(std::make_exception_ptr(thrown), "start");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_failed_call_keeps_its_errno)
{
    const auto f = rill::system_failure(EACCES, "bind 127.0.0.1:80");
    BOOST_TEST((f.code == std::errc::permission_denied));
    BOOST_TEST(f.where == "bind 127.0.0.1:80");
}

BOOST_AUTO_TEST_CASE(exceptions_with_an_error_code_become_failures_with_that_code)
{
    const rill::error_code many_files(EMFILE, boost::system::system_category());
    BOOST_TEST((from(boost::system::system_error(many_files, "open")).code == std::errc::too_many_files_open));
    BOOST_TEST((from(std::system_error(EMFILE, std::system_category())).code == std::errc::too_many_files_open));
    BOOST_TEST((from(std::system_error(EMFILE, std::generic_category())).code == std::errc::too_many_files_open));
    BOOST_TEST((from(std::bad_alloc()).code == std::errc::not_enough_memory));
    BOOST_TEST(from(std::bad_alloc()).where == "start");
}

BOOST_AUTO_TEST_CASE(a_logic_error_remains_an_exception)
{
    BOOST_CHECK_THROW(from(std::invalid_argument("threads")), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
