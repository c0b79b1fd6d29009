#include "nats/past_reader.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_past_reader_test)

namespace {

using namespace rill_test;
using rill::error;
using page_result = rill::result<rill::pubsub::backplane::page>;

} // namespace

BOOST_AUTO_TEST_CASE(answers_many_reads)
{
    const nats_server server;
    const auto log = open_log(quick_options({server.url()}));
    const auto id = pending_append(*log, "a").get().value();
    pending_append(*log, "b").get().value();
    std::atomic<int> answers = 0;
    for (int i = 0; i < 20; ++i) {
        log->read_after({.after = id},
                        [&](page_result page) { answers += page && page->events.size() == 1 ? 1 : 100; });
    }
    BOOST_TEST(eventually([&] { return answers == 20; }));
}

BOOST_AUTO_TEST_CASE(ends_a_read_when_no_server_can_be_reached)
{
    auto options = quick_options({"nats://127.0.0.1:" + std::to_string(free_port())});
    options.read_timeout = std::chrono::milliseconds(50);
    const auto log = open_log(options);
    BOOST_TEST((read_after(*log, {}).error() == error::log_unavailable));
    BOOST_TEST(log->stats().read_failures == 1U);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_log_ends_all_reads)
{
    auto log = open_log(quick_options({"nats://127.0.0.1:" + std::to_string(free_port())}));
    std::atomic<int> answers = 0;
    for (int i = 0; i < 5; ++i) {
        log->read_after({}, [&](page_result page) { answers += page.error() == error::log_unavailable ? 1 : 100; });
    }
    log.reset();
    BOOST_TEST(answers == 5);
}

BOOST_AUTO_TEST_SUITE_END()
