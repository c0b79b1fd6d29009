#include "nats/past_page.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_past_page_test)

namespace {

using namespace rill_test;
using rill::error;
using rill::pubsub::topic_pattern;

struct stage
{
    stage() : options(quick_options({server.url()})), log(open_log(options)) {}

    std::uint64_t append(std::string_view data, std::string_view topic = "t") const
    {
        return std::stoull(pending_append(*log, data, topic).get().value());
    }
    rill::result<rill::pubsub::backplane::page> read(std::uint64_t after, std::vector<std::string> topics = {},
                                                     std::size_t max_events = 64) const
    {
        auto patterns = std::make_shared<std::vector<topic_pattern>>();
        for (const auto& topic : topics) {
            patterns->push_back(topic_pattern::parse(topic).value());
        }
        rill::pubsub::backplane::read_request request;
        request.after = std::to_string(after);
        request.max_events = max_events;
        if (!topics.empty()) {
            request.topics = patterns;
        }
        return read_after(*log, std::move(request));
    }
    void remove(const std::string& body) const { request(*plain_session(options), "$JS.API.STREAM.PURGE.TEST", body); }

    nats_server server;
    rill::nats::backplane_options options;
    std::shared_ptr<rill::pubsub::backplane> log;
};

std::string data(const rill::pubsub::backplane::page& page)
{
    std::string out;
    for (const auto& e : page.events) {
        out += e.event.data();
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(limits_a_page_and_continues)
{
    const stage s;
    const auto first = s.append("a");
    for (const auto* text : {"b", "c", "d", "e"}) {
        s.append(text);
    }
    const auto page = s.read(first, {}, 3).value();
    BOOST_TEST(data(page) == "bcd");
    BOOST_TEST(!page.at_end);
    BOOST_TEST(page.end.number == first + 3);
    const auto rest = s.read(page.end.number, {}, 3).value();
    BOOST_TEST(data(rest) == "e");
    BOOST_TEST(rest.at_end);
    const auto none = s.read(rest.end.number).value();
    BOOST_TEST(none.events.empty());
    BOOST_TEST(none.at_end);
    BOOST_TEST(none.end.number == first + 4);
    BOOST_TEST(data(read_after(*s.log, {.after = std::to_string(first), .max_bytes = 1}).value()) == "b");
    BOOST_TEST(data(read_after(*s.log, {}).value()) == "abcde");
}

BOOST_AUTO_TEST_CASE(reads_only_the_topics_of_the_filter)
{
    const stage s;
    const auto first = s.append("-", "other");
    s.append("a", "rooms/1");
    s.append("b", "rooms/2");
    s.append("c", "rooms/1/x");
    const auto last = s.append("-", "other");
    BOOST_TEST(data(s.read(first, {"rooms/1"}).value()) == "a");
    BOOST_TEST(data(s.read(first, {"rooms/*"}).value()) == "ab");
    BOOST_TEST(data(s.read(first, {"rooms/**"}).value()) == "abc");
    BOOST_TEST(data(s.read(first, {"rooms/2", "rooms/1"}).value()) == "ab");
    const auto none = s.read(first, {"rooms/9"}).value();
    BOOST_TEST(none.events.empty());
    BOOST_TEST(none.at_end);
    BOOST_TEST(none.end.number == last);
}

BOOST_AUTO_TEST_CASE(does_not_skip_removed_events)
{
    const stage s;
    const auto first = s.append("a");
    for (const auto* text : {"b", "c", "d", "e"}) {
        s.append(text);
    }
    request(*plain_session(s.options), "$JS.API.STREAM.MSG.DELETE.TEST", R"({"seq":3})"); // "c"
    for (const auto& topics : {std::vector<std::string>{}, {"t"}}) {
        const auto page = s.read(first, topics).value();
        BOOST_TEST(data(page) == "b");
        BOOST_TEST(!page.at_end);
        BOOST_TEST((s.read(page.end.number, topics).error() == error::unknown_event_id));
        BOOST_TEST(data(s.read(first + 2, topics).value()) == "de");
    }
    s.remove(R"({"keep":1})");
    BOOST_TEST((s.read(first + 2).error() == error::unknown_event_id));
    BOOST_TEST(data(s.read(first + 3).value()) == "e");
    BOOST_TEST((read_after(*s.log, {}).error() == error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(refuses_unknown_ids)
{
    const stage s;
    const auto id = s.append("a");
    BOOST_TEST((s.read(id + 1).error() == error::unknown_event_id));
    BOOST_TEST((s.read(id - 2).error() == error::unknown_event_id));
    BOOST_TEST((s.read(1).error() == error::unknown_event_id));
    BOOST_TEST(s.log->stats().read_failures == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
