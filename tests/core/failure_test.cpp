#include <rill/core/failure.hpp>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <system_error>

BOOST_AUTO_TEST_SUITE(failure_test)

BOOST_AUTO_TEST_CASE(the_message_names_the_place_before_the_reason)
{
    const rill::failure f(rill::error::too_slow, "write to 'x'");
    BOOST_TEST(f.message() == "write to 'x': " + rill::error_code(rill::error::too_slow).message());
    BOOST_TEST(f.where == "write to 'x'");
}

BOOST_AUTO_TEST_CASE(a_program_can_compare_the_code)
{
    const tl::expected<void, rill::failure> bad = tl::unexpected(
        rill::failure(rill::error_code(EADDRINUSE, boost::system::system_category()), "bind 127.0.0.1:8080"));
    BOOST_TEST((bad.error().code == std::errc::address_in_use));
    BOOST_TEST((bad.error().code != std::errc::permission_denied));
    BOOST_TEST((bad.error().code != rill::error::invalid_address));
}

BOOST_AUTO_TEST_SUITE_END()
