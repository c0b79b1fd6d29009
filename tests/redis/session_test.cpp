#include "redis/session.hpp"

#include "log_fixture.hpp"
#include "run_coroutine.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill::redis::detail;
using namespace rill_test;

BOOST_AUTO_TEST_SUITE(redis_session_test)

namespace {

struct fixture
{
    explicit fixture(const redis_server& server) : state(options_for(server)) {}

    bool open()
    {
        const auto opened = run_coroutine(context, tested.open());
        error = opened ? "" : opened.error().message();
        return opened.has_value();
    }

    boost::asio::io_context context;
    log_state state;
    session tested{context, state};
    std::string error;
};

pending_append event(std::string_view data)
{
    return {encode_entry(draft({.data = data}), ""), nullptr, append_queue::clock::now()};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_batch_gets_consecutive_numbers)
{
    const redis_server server;
    fixture test(server);
    BOOST_REQUIRE_MESSAGE(test.open(), test.error);
    append_batch batch;
    batch.counter = 1;
    batch.events.push_back(event("a"));
    batch.events.push_back(event("b"));
    const auto epoch = test.state.epoch();
    const auto answer = run_coroutine(test.context, test.tested.append(batch)).value();
    BOOST_TEST((answer.numbers == std::vector<std::uint64_t>{epoch + 1, epoch + 2}));
    const auto again = run_coroutine(test.context, test.tested.append(batch)).value();
    BOOST_TEST((again.numbers == answer.numbers)); // the same batch is not appended twice
    BOOST_TEST(server.command({"XLEN", "rill"}) == "3");
}

BOOST_AUTO_TEST_CASE(the_script_is_sent_again_when_the_server_has_forgotten_it)
{
    const redis_server server;
    fixture test(server);
    BOOST_REQUIRE_MESSAGE(test.open(), test.error);
    BOOST_TEST(server.command({"SCRIPT", "FLUSH"}) == "OK");
    BOOST_TEST(run_coroutine(test.context, test.tested.check()).has_value());
    const auto begin = run_coroutine(test.context, test.tested.find_begin(10)).value();
    BOOST_TEST(begin.position == test.state.epoch());
}

BOOST_AUTO_TEST_CASE(a_read_knows_only_ids_of_this_epoch)
{
    const redis_server server;
    fixture test(server);
    BOOST_REQUIRE_MESSAGE(test.open(), test.error);
    append_batch batch;
    batch.counter = 1;
    batch.events.push_back(event("a"));
    BOOST_REQUIRE(run_coroutine(test.context, test.tested.append(batch)).has_value());
    const auto epoch = test.state.epoch();
    const auto read = [&](std::uint64_t after) {
        return run_coroutine(test.context, test.tested.read({after, 10, 1'000'000})).value();
    };
    BOOST_TEST(read(epoch).entries.size() == 1U);
    BOOST_TEST(read(epoch + 1).entries.empty());
    BOOST_TEST(read(epoch + 1).is_known);
    BOOST_TEST(!read(epoch + 2).is_known);
    BOOST_TEST(!read(epoch - 1).is_known);
    BOOST_TEST(server.command({"XDEL", "rill", std::to_string(epoch + 1) + "-0"}) == "1");
    BOOST_TEST(!read(epoch).is_known);
}

BOOST_AUTO_TEST_CASE(waiting_ends_with_an_entry_or_after_the_check_interval)
{
    const redis_server server;
    fixture test(server);
    BOOST_REQUIRE_MESSAGE(test.open(), test.error);
    const auto after = std::to_string(test.state.epoch()) + "-0";
    BOOST_TEST(run_coroutine(test.context, test.tested.wait_for_entries(after, 10)).value().empty());
    append_batch batch;
    batch.counter = 1;
    batch.events.push_back(event("a"));
    BOOST_REQUIRE(run_coroutine(test.context, test.tested.append(batch)).has_value());
    const auto entries = run_coroutine(test.context, test.tested.wait_for_entries(after, 10)).value();
    BOOST_REQUIRE(entries.size() == 1);
    BOOST_TEST(entries[0].event.data.value() == "a");
}

BOOST_AUTO_TEST_CASE(password_user_and_database)
{
    redis_server server({.config = "requirepass secret\nuser app on >word ~rill* ~{rill}* +info +select +script|load "
                                   "+evalsha +eval +hmget +hset +get +set +expire +time +xadd +xtrim +xinfo|stream "
                                   "+xrange +xread +lindex +rpush +lpop +wait"});
    fixture none(server);
    BOOST_TEST(!none.open());
    BOOST_TEST(none.error.find("NOAUTH") != std::string::npos, none.error);

    auto options = options_for(server);
    options.password = "wrong";
    boost::asio::io_context context;
    log_state wrong_state(options);
    session wrong(context, wrong_state);
    const auto refused = run_coroutine(context, wrong.open());
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == rill::redis::errc::access_denied));
    BOOST_TEST(refused.error().message().find("wrong") == std::string::npos);

    options.username = "app";
    options.password = "word";
    options.database = 5;
    log_state state(options);
    session accepted(context, state);
    BOOST_TEST(run_coroutine(context, accepted.open()).has_value());
    server.set_login({{"AUTH", "secret"}, {"SELECT", "5"}});
    BOOST_TEST(server.command({"XLEN", "rill"}) == "1");
}

BOOST_AUTO_TEST_SUITE_END()
