#include <rill/client/event_source.hpp>

#include <boost/test/unit_test.hpp>

#include "scripted_server.hpp"

using namespace std::chrono_literals;
using namespace rill_test;
using rill::client::errc;
using rill::client::event;
using rill::client::event_source;
using rill::client::event_source_options;

BOOST_AUTO_TEST_SUITE(event_source_test)

namespace {

// A source on a manual clock. Its reconnects are recorded.
struct fixture
{
    explicit fixture(std::vector<reply> replies) : server(loop.context, std::move(replies)) {}

    event_source_options options(const std::string& target = "/")
    {
        event_source_options o{.url = server.url(target)};
        o.before_reconnect = [this](const rill::client::reconnect& r) { reconnects.push_back(r); };
        return o;
    }

    // Reads all events. The clock moves on when the source waits for a reconnect.
    std::vector<event> read_all(event_source& source)
    {
        std::vector<event> events;
        manual_loop::outcome end;
        loop.start(
            [](event_source& source, std::vector<event>& events) -> rill::awaitable<> {
                while (auto e = co_await source.next()) {
                    events.push_back(*e);
                }
            }(source, events),
            end);
        for (std::size_t waits = 0; !end.done; ++waits) {
            run_until(loop, [&] { return end.done || reconnects.size() > waits; });
            if (!end.done) {
                loop.turn();
                loop.timers.advance(reconnects.back().wait + 1ms);
            }
        }
        if (end.error) {
            std::rethrow_exception(end.error);
        }
        return events;
    }

    manual_loop loop;
    scripted_server server;
    std::vector<rill::client::reconnect> reconnects;
};

std::string data_of(const std::vector<event>& events)
{
    std::string all;
    for (const auto& e : events) {
        all += e.data + ' ';
    }
    return all;
}

const std::string finished = "HTTP/1.1 204 No Content\r\n\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(reads_events_until_204_and_resumes_after_its_last_event)
{
    fixture f({{{stream_head + "id: 7\ndata: a\n\nda", "ta: b\n\ndata: lost"}},
               {{stream_head + "data: c\n\n"}},
               {{finished}}});
    event_source source(f.options("/x?y"));
    const auto events = f.read_all(source);
    BOOST_TEST(data_of(events) == "a b c ");
    BOOST_TEST(events.back().id == "7"); // kept over the reconnect
    BOOST_REQUIRE(source.end().has_value());
    BOOST_TEST((source.end()->code == errc::finished));
    BOOST_TEST(source.status() == 204U);
    BOOST_REQUIRE_EQUAL(f.server.requests.size(), 3U);
    BOOST_TEST(f.server.requests[0].starts_with("GET /x?y HTTP/1.1\r\n"));
    BOOST_TEST(field_of(f.server.requests[0], "Accept") == "text/event-stream");
    BOOST_TEST(field_of(f.server.requests[0], "Cache-Control") == "no-store");
    BOOST_TEST(field_of(f.server.requests[0], "Last-Event-ID") == "-");
    BOOST_TEST(field_of(f.server.requests[1], "Last-Event-ID") == "7");
    BOOST_TEST((f.reconnects.front().reason.code == errc::connection_closed));
}

BOOST_AUTO_TEST_SUITE_END()
