#include <rill/pubsub/endpoint.hpp>

#include "stage.hpp"
#include "support/run.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(pubsub_endpoint_test)

namespace {

struct fixture
{
    manual_loop loop;

    rill::response answer(const rill::handler& route, std::string target, std::string_view id = {})
    {
        return answer_on(loop, route, request_with_id(id, std::move(target)));
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_response_is_an_event_stream)
{
    fixture f;
    auto c = counted();
    const auto route = rill::make_handler(rill::sse::endpoint(c, {.headers = {{"X-A", "b"}}}));
    const auto r = f.answer(route, "/");
    BOOST_TEST((r.status() == rill::status::ok));
    BOOST_TEST(header(r, "Content-Type") == "text/event-stream");
    BOOST_TEST(header(r, "X-A") == "b");
    BOOST_CHECK_THROW(rill::sse::endpoint(c, {.headers = {{"X A", "b"}}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_unknown_id_may_be_refused)
{
    fixture f;
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    const auto route = rill::make_handler(rill::sse::endpoint(c));
    BOOST_TEST((f.answer(route, "/", "nonsense").status() == rill::status::gone));
    BOOST_TEST((f.answer(route, "/?lastEventId=77").status() == rill::status::gone));
    BOOST_TEST(c.subscribers() == 0U);
}

BOOST_AUTO_TEST_CASE(finished_and_retry)
{
    fixture f;
    auto c = counted();
    const auto over = rill::make_handler(
        rill::sse::endpoint(c, {.finished = [](const rill::request&, std::string_view) { return true; }}));
    BOOST_TEST((f.answer(over, "/").status() == rill::status::no_content));
    direct_client client(f.loop, rill::make_handler(rill::sse::endpoint(c, {.retry = std::chrono::seconds(2)})));
    BOOST_TEST(client.out.sent.starts_with("id: 0\nretry: 2"));
    BOOST_TEST(client.out.sent.size() == std::string_view("id: 0\nretry: 2000\n\n").size());
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_number_of_streams_is_bounded)
{
    fixture f;
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    const auto route =
        rill::make_handler(rill::sse::endpoint(c, {.max_streams = 1, .refusal = rill::refusal::retry_event}));
    BOOST_TEST((f.answer(route, "/", "nonsense").status() == rill::status::gone)); // does not count as a stream
    {
        const auto there = f.answer(route, "/");
        BOOST_TEST(there.streams());
        const auto refused = f.answer(route, "/");
        BOOST_TEST(text(refused).starts_with("retry: "));
        BOOST_TEST(c.subscribers() == 1U); // the refused request has none
    }
    BOOST_TEST(f.answer(route, "/").streams());
    BOOST_TEST(c.subscribers() == 0U);
}

BOOST_AUTO_TEST_CASE(topics_of_a_hub)
{
    fixture f;
    pubsub::hub h({.authorize = [](const rill::request&, std::string_view topic) { return topic != "secret"; },
                   .authorize_pattern = [](const rill::request&,
                                           const pubsub::topic_pattern& p) { return p.text().starts_with("rooms/"); },
                   .subscriber_name = [](const rill::request& r) { return r.query_parameter("me").value_or(""); }},
                  std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1}));
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    BOOST_TEST((f.answer(route, "/").status() == rill::status::bad_request));
    BOOST_TEST((f.answer(route, "/?topics=a,,b").status() == rill::status::bad_request));
    BOOST_TEST((f.answer(route, "/?topics=a,secret").status() == rill::status::forbidden));
    BOOST_TEST((f.answer(route, "/?topics=a,**").status() == rill::status::forbidden));
    direct_client client(f.loop, route, {}, "/?topics=a,rooms/*&me=ann");
    BOOST_TEST((h.names("a") == std::vector<std::string>{"ann"}));
    for (const auto* topic : {"a", "b", "rooms/1", "rooms/1/x", "rooms/2", "a"}) {
        BOOST_REQUIRE(h.publish(topic, "x").has_value());
        f.loop.turn();
    }
    BOOST_TEST(client.got() == "1 3 5 6");
    client.cut();
}

BOOST_AUTO_TEST_CASE(endpoints_of_channels_and_hubs_set_the_subscriber_name)
{
    fixture f;
    const auto name_of = [](const rill::request& r) { return r.query_parameter("me").value_or(""); };
    auto c = counted();
    const auto to_channel = rill::make_handler(rill::sse::endpoint(c, {.subscriber_name = name_of}));
    direct_client ann(f.loop, to_channel, {}, "/?me=ann");
    direct_client nameless(f.loop, to_channel);
    BOOST_TEST((c.names() == std::vector<std::string>{"ann"}));
    BOOST_TEST(c.subscribers() == 2U);
    ann.cut();
    BOOST_TEST(c.names().empty());
    nameless.cut();
    pubsub::hub h({.subscriber_name = [](const rill::request&) { return "hub's"; }});
    direct_client bob(f.loop, rill::make_handler(rill::sse::endpoint(h, {.subscriber_name = name_of})), {},
                      "/?topics=a&me=bob");
    direct_client other(f.loop, rill::make_handler(rill::sse::endpoint(h)), {}, "/?topics=b&me=bob");
    BOOST_TEST((h.names("a") == std::vector<std::string>{"bob"}));
    BOOST_TEST((h.names("b") == std::vector<std::string>{"hub's"}));
    bob.cut();
    other.cut();
}

// Each pattern is compared with all topics while a lock is held.
BOOST_AUTO_TEST_CASE(the_patterns_of_a_request_are_bounded)
{
    fixture f;
    const pubsub::hub h({.max_patterns = 2});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    BOOST_TEST((f.answer(route, "/?topics=a/*,b/*,c/*").status() == rill::status::bad_request));
    BOOST_TEST((f.answer(route, "/?topics=a/*,b/*,c,d,e").status() == rill::status::ok));
    const auto by_default = rill::make_handler(rill::sse::endpoint(pubsub::hub()));
    std::string many = "/?topics=**";
    for (int i = 0; i < 16; ++i) {
        many += ",*";
    }
    BOOST_TEST((f.answer(by_default, many).status() == rill::status::bad_request));
}

// A pattern may match topics that `authorize` has not allowed.
BOOST_AUTO_TEST_CASE(a_pattern_does_not_bypass_the_authorization)
{
    fixture f;
    const pubsub::hub guarded({.authorize = [](const rill::request&, std::string_view t) { return t != "secret"; }});
    const auto route = rill::make_handler(rill::sse::endpoint(guarded));
    for (const auto* target : {"/?topics=*", "/?topics=**", "/?topics=a,secret/**"}) {
        BOOST_TEST((f.answer(route, target).status() == rill::status::forbidden));
    }
    BOOST_TEST((f.answer(route, "/?topics=a").status() == rill::status::ok));
    const auto open = rill::make_handler(rill::sse::endpoint(pubsub::hub()));
    BOOST_TEST((f.answer(open, "/?topics=**").status() == rill::status::ok));
}

BOOST_AUTO_TEST_CASE(an_unknown_id_may_be_ignored)
{
    fixture f;
    auto c = counted({.history = 2, .on_unknown_id = pubsub::unknown_id::reset});
    publish(c, 5);
    for (const auto* id : {"nonsense", "6", "007", ""}) {
        direct_client client(f.loop, rill::make_handler(rill::sse::endpoint(c)), id);
        f.loop.turn();
        BOOST_TEST(client.got() == "4 5");
        client.cut();
    }
}

namespace {

std::string topic_list(int count)
{
    std::string list = "/?topics=";
    for (int i = 0; i < count; ++i) {
        list.append(i == 0 ? "" : ",").append(std::to_string(i));
    }
    return list;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_names_of_a_request_are_bounded)
{
    fixture f;
    const pubsub::hub h;
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    BOOST_TEST((f.answer(route, topic_list(256)).status() == rill::status::ok));
    const auto refused = f.answer(route, topic_list(257));
    BOOST_TEST((refused.status() == rill::status::bad_request));
    BOOST_TEST(text(refused).find("more than 256 topics") != std::string::npos);
    BOOST_TEST(h.topics().empty()); // there is no subscription
}

BOOST_AUTO_TEST_CASE(the_topics_of_one_address_are_bounded)
{
    fixture f;
    const pubsub::hub h({.max_topics_per_client = 3});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    const auto status_for = [&](std::string address, std::string topics, std::vector<rill::response>& kept) {
        auto r = request_with_id({}, "/?topics=" + std::move(topics));
        r.set_remote_address(std::move(address));
        kept.push_back(answer_on(f.loop, route, std::move(r)));
        return kept.back().status();
    };
    std::vector<rill::response> kept;
    BOOST_TEST((status_for("192.0.2.1", "a,b,c", kept) == rill::status::ok));
    BOOST_TEST((status_for("192.0.2.1", "d", kept) == rill::status::service_unavailable));
    BOOST_TEST((status_for("192.0.2.1", "a,b", kept) == rill::status::ok));
    BOOST_TEST((status_for("192.0.2.2", "d", kept) == rill::status::ok));
    BOOST_TEST((status_for("2001:db8::1", "e,f", kept) == rill::status::ok));
    BOOST_TEST((status_for("2001:db8::2", "g,h", kept) == rill::status::service_unavailable)); // the same network
    kept.clear();
    BOOST_TEST((status_for("192.0.2.1", "d,e,f", kept) == rill::status::ok));
}

BOOST_AUTO_TEST_CASE(topics_in_several_parameters_and_with_spaces)
{
    fixture f;
    const pubsub::hub h;
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    const auto topics = [&](std::string target) {
        const auto r = f.answer(route, std::move(target));
        std::string names;
        for (const auto& name : h.topics()) {
            names.append(names.empty() ? "" : "|").append(name);
        }
        return r.streams() ? names : std::to_string(static_cast<unsigned>(r.status()));
    };
    BOOST_TEST(topics("/?topics=a&topics=b") == "a|b");
    BOOST_TEST(topics("/?topics=a,%20b") == "a|b");
    BOOST_TEST(topics("/?topics=+a+,%09b+c&x=y&topics=d") == "a|b c|d");
    BOOST_TEST(topics("/?topics=a,,b") == "400");
    BOOST_TEST(topics("/?topics=a,%20") == "400");
    BOOST_TEST(topics("/?topics=a&topics=") == "400");
    BOOST_TEST(topics("/?topics=a,") == "400");
    BOOST_TEST(topics("/?topics=a&topics=%00") == "400");
    BOOST_TEST(topics("/?topics=") == "400");
}

// Without these headers, a script in a browser cannot distinguish an ended stream from a failed one.
BOOST_AUTO_TEST_CASE(every_response_has_the_headers)
{
    fixture f;
    const rill::sse::endpoint_options options{.max_streams = 1, .headers = {{"Access-Control-Allow-Origin", "*"}}};
    auto finished = options;
    finished.finished = [](const rill::request&, std::string_view) { return true; };
    const auto expect = [&](const rill::handler& route, std::string target, std::string_view id, rill::status status) {
        const auto r = f.answer(route, std::move(target), id);
        BOOST_TEST((r.status() == status));
        BOOST_TEST(header(r, "Access-Control-Allow-Origin") == "*");
    };
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    expect(rill::make_handler(rill::sse::endpoint(c, finished)), "/", {}, rill::status::no_content);
    expect(rill::make_handler(rill::sse::endpoint(c, options)), "/", "nonsense", rill::status::gone);
    const pubsub::hub h(
        {.max_topics = 4, .authorize = [](const rill::request&, std::string_view t) { return t != "s"; }});
    const auto route = rill::make_handler(rill::sse::endpoint(h, options));
    expect(route, "/", {}, rill::status::bad_request);
    expect(route, "/?topics=s", {}, rill::status::forbidden);
    expect(route, "/?topics=1,2,3,4,5", {}, rill::status::service_unavailable);
    const auto there = f.answer(route, "/?topics=a");
    BOOST_TEST(there.streams());
    expect(route, "/?topics=a", {}, rill::status::service_unavailable); // max_streams
}

BOOST_AUTO_TEST_CASE(cors_applies_to_all_responses)
{
    fixture f;
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    const auto mark = [](rill::request& r, const rill::handler& next) -> rill::awaitable<rill::response> {
        auto given = co_await next(r);
        given.set_header("X-Marked", "yes");
        co_return given;
    };
    const auto route = rill::make_handler(rill::sse::endpoint(c, {.cors = mark}));
    BOOST_TEST(route.cors() != nullptr);
    BOOST_TEST(header(f.answer(route, "/"), "X-Marked") == "yes");
    const auto gone = f.answer(route, "/", "nonsense");
    BOOST_TEST((gone.status() == rill::status::gone));
    BOOST_TEST(header(gone, "X-Marked") == "yes");
    BOOST_TEST(rill::make_handler(rill::sse::endpoint(c)).cors() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
