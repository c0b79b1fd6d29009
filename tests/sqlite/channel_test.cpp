#include <rill/pubsub/channel.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "sqlite/log_fixture.hpp"

namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(sqlite_channel_test)

namespace {

using texts = std::vector<std::string>;

pubsub::channel open_channel(const std::string& file, std::size_t held = 4'096)
{
    return pubsub::channel({.replay = {.max_events = held}},
                           std::make_shared<rill::sqlite::backplane>(rill::sqlite::backplane_options{.file = file}));
}

rill::awaitable<texts> read_from(pubsub::subscription events, std::size_t count, std::string* last_id)
{
    texts got;
    while (got.size() < count) {
        const auto e = co_await events.next();
        got.emplace_back(e.kind() == pubsub::event_kind::gap ? "gap" : std::string(e.data()));
        *last_id = e.id();
    }
    co_return got;
}

// The mailbox of a context keeps it running. Therefore the end of the coroutine stops it.
texts run(rill::awaitable<texts> body)
{
    boost::asio::io_context context(1);
    texts got;
    boost::asio::co_spawn(context.get_executor(), std::move(body), [&](const std::exception_ptr& error, texts all) {
        BOOST_TEST((error == nullptr));
        got = std::move(all);
        context.stop();
    });
    context.run();
    return got;
}

texts read(pubsub::channel& channel, const std::string& after, std::size_t count, std::string& last_id)
{
    return run(read_from(channel.subscribe(after), count, &last_id));
}

texts range(int first, int last)
{
    texts all;
    for (int i = first; i <= last; ++i) {
        all.push_back(std::to_string(i));
    }
    return all;
}

void publish(pubsub::channel& channel, int first, int last)
{
    for (const auto& text : range(first, last)) {
        BOOST_REQUIRE(channel.publish(text).has_value());
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stream_resumes_after_a_restart_without_a_gap)
{
    temporary_directory files;
    std::string id;
    {
        auto channel = open_channel(files.file());
        auto events = channel.subscribe(); // before the events
        publish(channel, 1, 300);
        const auto got = run(read_from(std::move(events), 100, &id));
        BOOST_TEST((got == range(1, 100)));
    }
    for (const std::size_t held : {4'096U, 50U, 1U}) { // from memory, and from the file
        auto channel = open_channel(files.file(), held);
        std::string last;
        BOOST_TEST((read(channel, id, 200, last) == range(101, 300)));
        BOOST_TEST(std::stoull(last) == std::stoull(id) + 200);
        BOOST_TEST(channel.stats().gaps == 0U);
    }
    auto channel = open_channel(files.file(), 50);
    publish(channel, 301, 310);
    std::string last;
    BOOST_TEST((read(channel, id, 210, last) == range(101, 310)));
    BOOST_TEST(channel.stats().gaps == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_of_a_lost_event_gets_a_gap)
{
    temporary_directory files;
    auto channel = open_channel(files.file());
    publish(channel, 1, 3);
    std::string last;
    const auto got = read(channel, "17", 1, last);
    BOOST_TEST((got == texts{"gap"}));
}

BOOST_AUTO_TEST_SUITE_END()
