#include "pubsub/stream_admission.hpp"

#include "late_process.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(stream_admission_test)

BOOST_AUTO_TEST_CASE(policies_for_unknown_ids)
{
    late_process reset(20, {.on_unknown_id = pubsub::unknown_id::reset});
    direct_client anew(reset.loop, reset.route, "x");
    reset.answer_all();
    reset.append(1);
    reset.plane->deliver();
    reset.turns();
    BOOST_TEST(numbers(anew.out.sent) == "21");
    anew.cut();

    late_process reject(20, {.on_unknown_id = pubsub::unknown_id::reject});
    const auto status_of = [&](std::string_view id, bool failing) {
        auto r = request_with_id(id);
        std::optional<rill::response> given;
        boost::asio::co_spawn(reject.loop.context.get_executor(), reject.route(r),
                              [&](std::exception_ptr, rill::response a) { given.emplace(std::move(a)); });
        reject.turns();
        BOOST_TEST(!given.has_value()); // the response waits for the log
        reject.plane->failing = failing;
        reject.answer_all();
        return given.value().status();
    };
    BOOST_TEST((status_of("x", false) == rill::status::gone));
    BOOST_TEST((status_of("x", true) == rill::status::service_unavailable));
    BOOST_TEST((status_of(shared_log::id_of(3), false) == rill::status::ok));
    reject.plane->failing = false;
    auto refused = reject.channel->subscribe("x");
    manual_loop::outcome end;
    reject.loop.start([](pubsub::subscription& s) -> rill::awaitable<> { BOOST_TEST(!co_await s.next()); }(refused),
                      end);
    reject.answer_all();
    BOOST_TEST(end.done);
    BOOST_TEST((refused.ended() == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(a_disconnected_client_does_not_wait_for_the_log)
{
    late_process p(20, {.on_unknown_id = pubsub::unknown_id::reject});
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(3)));
    boost::asio::cancellation_signal leave;
    manual_loop::outcome end;
    auto r = request_with_id(shared_log::id_of(4));
    p.loop.start(
        [](const rill::handler& route, rill::request& r) -> rill::awaitable<> {
            auto answer = co_await route(r);
            BOOST_ERROR("there was an answer");
        }(p.route, r),
        end, leave);
    coroutine_client at_end(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.turns();
    BOOST_TEST(p.channel->subscribers() == 3U);
    leave.emit(boost::asio::cancellation_type::terminal);
    handler.cut();
    at_end.cut();
    p.turns();
    BOOST_TEST(end.done);
    BOOST_TEST(p.channel->subscribers() == 0U);
    p.answer_all(); // no stream is left
}

BOOST_AUTO_TEST_CASE(after_its_deadline_a_stream_is_not_admitted)
{
    manual_loop loop;
    const pubsub::channel channel;
    auto end = std::chrono::system_clock::now() + std::chrono::hours(1);
    const auto route =
        rill::make_handler(rill::sse::endpoint(channel, {.max_streams = 1,
                                                         .until = [&](const rill::request&) { return end; },
                                                         .until_event = "data: late\n\n",
                                                         .stream_tag = [](const rill::request&) { return "ada"; }}));
    rill::request r(rill::verb::get, "/");
    std::optional<rill::response> first;
    boost::asio::co_spawn(loop.context.get_executor(), route(r),
                          [&](std::exception_ptr, rill::response a) { first.emplace(std::move(a)); });
    loop.turn();
    BOOST_TEST(first.value().streams());
    BOOST_TEST(r.attribute<rill::stream_tag>()->text() == "ada");
    BOOST_TEST((r.attribute<rill::detail::stream_deadline>()->when == end));
    first.reset();
    end = std::chrono::system_clock::now();
    for (int i = 0; i < 2; ++i) { // it takes no slot
        const auto late = answer_on(loop, route, request_with_id(""));
        BOOST_TEST((late.status() == rill::status::ok));
        BOOST_TEST(!late.streams());
        BOOST_TEST(std::get<std::string>(late.body()) == "data: late\n\n");
    }
}

BOOST_AUTO_TEST_SUITE_END()
