#include "redis/primary.hpp"

#include "log_fixture.hpp"
#include "run_coroutine.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill::redis::detail;
using namespace rill_test;

BOOST_AUTO_TEST_SUITE(redis_primary_test)

namespace {

outcome<endpoint> find(const rill::redis::backplane_options& options)
{
    boost::asio::io_context context;
    return run_coroutine(context, find_primary(context, options));
}

redis_server::settings sentinel_of(const redis_server& primary)
{
    return {.sentinel = true, .config = "sentinel monitor main 127.0.0.1 " + std::to_string(primary.port()) + " 1"};
}

} // namespace

BOOST_AUTO_TEST_CASE(without_sentinels_it_is_the_configured_server)
{
    rill::redis::backplane_options options;
    options.server = {"example.org", 7};
    BOOST_TEST(find(options).value().text() == "example.org:7");
    options.unix_socket = "/s";
    BOOST_TEST(find(options).value().text() == "/s");
}

BOOST_AUTO_TEST_CASE(the_first_sentinel_that_answers_decides)
{
    const redis_server primary;
    const redis_server sentinel(sentinel_of(primary));
    rill::redis::backplane_options options;
    options.sentinel.addresses = {{"127.0.0.1", free_port()}, {"127.0.0.1", sentinel.port()}};
    options.sentinel.master_name = "main";
    BOOST_TEST(find(options).value().server.port == primary.port());
    options.sentinel.master_name = "other";
    const auto unknown = find(options);
    BOOST_REQUIRE(!unknown);
    BOOST_TEST((unknown.error().code == rill::redis::errc::no_primary));
    BOOST_TEST(unknown.error().where.find(std::to_string(sentinel.port())) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_sentinel_may_need_a_password)
{
    const redis_server primary;
    auto settings = sentinel_of(primary);
    settings.config += "\nrequirepass secret";
    const redis_server sentinel(settings);
    rill::redis::backplane_options options;
    options.sentinel.addresses = {{"127.0.0.1", sentinel.port()}};
    options.sentinel.master_name = "main";
    BOOST_TEST(!find(options).has_value());
    options.sentinel.password = "secret";
    BOOST_TEST(find(options).value().server.port == primary.port());
}

BOOST_AUTO_TEST_SUITE_END()
