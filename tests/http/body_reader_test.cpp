#include <rill/http/body_reader.hpp>

#include "../support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <rill/core/as_expected.hpp>
#include <rill/http/json.hpp>
#include <rill/http/make_handler.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(body_reader_test)

namespace {

using rill::awaitable;
using rill::body_chunk;
using rill::body_reader;
using rill::error;
using rill::error_code;
using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::run;
using rill_test::text;

request post(std::string body)
{
    request r(verb::post, "/");
    r.set_body(std::move(body));
    return r;
}

/// A body whose pieces arrive when the test adds them.
class scripted_body final : public rill::detail::body_source
{
public:
    std::deque<std::pair<error_code, std::string_view>> coming;
    rill::detail::waiter waiter;
    std::vector<error_code> ended; ///< the errors with which the test must complete the wait

private:
    bool advance(error_code woken) override
    {
        if (woken) {
            return found(woken);
        }
        if (coming.empty()) {
            return false;
        }
        const auto [ec, bytes] = coming.front();
        coming.pop_front();
        return found(ec, bytes);
    }
    bool can_wait() const noexcept override { return true; }
    void begin_wait(waiting_read read, bool at_once) override
    {
        waiter.emplace(std::move(read));
        if (at_once) {
            abort_wait();
        }
    }
    void abort_wait() override { ended.emplace_back(boost::asio::error::operation_aborted); }
    void drop_wait() override { waiter.reset(); }
};

struct scripted
{
    std::shared_ptr<scripted_body> source = std::make_shared<scripted_body>();
    request r{verb::post, "/"};

    scripted() { r.set_body_source(source); }
};

/// Logs the result of a read.
struct note
{
    std::vector<std::string>& log;
    void operator()(error_code ec, body_chunk piece) const
    {
        log.push_back(ec ? "error: " + ec.message() : "piece: " + std::string(*piece));
    }
};

awaitable<std::string> read_all(body_reader body)
{
    std::string all;
    while (auto piece = co_await body.read()) {
        all.append("[").append(*piece).append("]");
    }
    co_return all;
}

response answer(const rill::handler& handle, request r)
{
    return run(handle, r);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_received_body_is_one_piece)
{
    auto r = post("hello");
    body_reader body(r);
    BOOST_TEST(r.streams_body());
    BOOST_TEST(r.body().empty());
    BOOST_TEST(body.content_length().value() == 5U);
    std::vector<std::string> log;
    body.read(note{log});
    body.read(note{log});
    body.read(note{log}); // reads after the end fail, so that a loop ends
    body.read(note{log});
    const std::vector<std::string> wanted{"piece: hello", "piece: ", "error: End of file", "error: End of file"};
    BOOST_TEST(log == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_empty_body_has_no_piece)
{
    BOOST_TEST(text(answer(rill::make_handler(read_all), post(""))) == "");
    BOOST_TEST(text(answer(rill::make_handler(read_all), post("x"))) == "[x]");
}

BOOST_AUTO_TEST_CASE(several_readers_of_one_request_share_the_position)
{
    auto r = post("hello");
    std::vector<std::string> log;
    body_reader(r).read(note{log});
    body_reader(r).read(note{log});
    const std::vector<std::string> wanted{"piece: hello", "piece: "};
    BOOST_TEST(log == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_an_error)
{
    auto r = post("hello");
    body_reader body(r);
    body.set_limit(4);
    std::vector<std::string> log;
    body.read(note{log});
    BOOST_TEST(log.back() == "error: the request body is larger than allowed");
    body.set_limit(5); // has no effect after the error
    body.read(note{log});
    BOOST_TEST(log.back() == "error: the request body is larger than allowed");
    auto fits = post("hello");
    body_reader enough(fits);
    enough.set_limit(5);
    enough.read(note{log});
    BOOST_TEST(log.back() == "piece: hello");
}

BOOST_AUTO_TEST_CASE(the_token_only_decides_how_the_outcome_is_returned)
{
    scripted s;
    s.source->coming = {{{}, "a"}, {error::body_malformed, {}}, {{}, "b"}, {error::body_malformed, {}}};
    const auto outcome = run([](request& r) -> awaitable<std::string> {
        body_reader body(r);
        std::string all;
        auto first = co_await body.read(rill::as_expected);
        all += **first;
        auto second = co_await body.read(rill::as_expected);
        all += second ? "?" : second.error().message();
        auto third = co_await body.read();
        all += *third;
        try {
            co_await body.read();
        } catch (const boost::system::system_error& e) {
            all += e.code().message();
        }
        co_return all;
    }(s.r));
    BOOST_TEST(outcome == "athe request body is malformedbthe request body is malformed");
}

BOOST_AUTO_TEST_CASE(a_read_waits_until_bytes_arrive)
{
    scripted s;
    body_reader body(s.r);
    std::vector<std::string> log;
    body.read(note{log});
    BOOST_TEST(log.empty());
    BOOST_REQUIRE(!!s.source->waiter);
    s.source->waiter.complete({}); // not enough bytes have arrived
    BOOST_TEST(log.empty());
    BOOST_REQUIRE(!!s.source->waiter);
    s.source->coming = {{{}, "a"}};
    s.source->waiter.complete({});
    BOOST_TEST(!s.source->waiter);
    BOOST_REQUIRE_EQUAL(log.size(), 1U);
    BOOST_TEST(log.front() == "piece: a");
}

BOOST_AUTO_TEST_CASE(a_second_concurrent_read_fails_and_the_first_continues)
{
    scripted s;
    body_reader body(s.r);
    std::vector<std::string> first;
    std::vector<std::string> second;
    body.read(note{first});
    body.read(note{second});
    BOOST_REQUIRE_EQUAL(second.size(), 1U);
    BOOST_TEST(second.front() == "error: " + error_code(boost::asio::error::in_progress).message());
    BOOST_TEST(first.empty());
    s.source->coming = {{{}, "a"}};
    s.source->waiter.complete({});
    BOOST_REQUIRE_EQUAL(first.size(), 1U);
    BOOST_TEST(first.front() == "piece: a");
}

// A handler may ignore the end of the body and read repeatedly.
BOOST_AUTO_TEST_CASE(reads_of_a_received_body_yield_to_the_event_loop)
{
    int reads = 0;
    bool had_its_turn = false;
    auto r = post("x");
    boost::asio::io_context context(1);
    boost::asio::co_spawn(
        context.get_executor(),
        [](request& r, int& reads, bool& stop) -> awaitable<> {
            body_reader body(r);
            while (!stop) {
                static_cast<void>(co_await body.read(rill::as_expected));
                ++reads;
            }
        }(r, reads, had_its_turn),
        [](std::exception_ptr) {});
    boost::asio::post(context, [&] { had_its_turn = true; });
    context.run();
    BOOST_TEST(reads >= 16);
    BOOST_TEST(reads < 100);
}

// A wait is destroyed together with the coroutine that waits.
BOOST_AUTO_TEST_CASE(a_destroyed_wait_destroys_its_handler)
{
    scripted s;
    body_reader body(s.r);
    auto owned = std::make_shared<int>();
    body.read([owned](error_code, body_chunk) {});
    BOOST_TEST(owned.use_count() == 2);
    s.source->waiter.reset();
    BOOST_TEST(owned.use_count() == 1);
    std::vector<std::string> log;
    s.source->coming = {{{}, "a"}};
    body.read(note{log});
    BOOST_TEST(log.back() == "piece: a");
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_loses_no_bytes)
{
    scripted s;
    body_reader body(s.r);
    std::vector<std::string> log;
    boost::asio::cancellation_signal cancel;
    body.read(boost::asio::bind_cancellation_slot(cancel.slot(), note{log}));
    cancel.emit(boost::asio::cancellation_type::partial);
    BOOST_TEST(log.empty()); // completes from the event loop only
    BOOST_REQUIRE_EQUAL(s.source->ended.size(), 1U);
    s.source->waiter.complete(s.source->ended.front());
    BOOST_REQUIRE_EQUAL(log.size(), 1U);
    BOOST_TEST(log.front() == "error: " + error_code(boost::asio::error::operation_aborted).message());
    s.source->coming = {{{}, "a"}};
    body.read(note{log});
    BOOST_TEST(log.back() == "piece: a");
}

// A fast client must not fill the stack, and must not monopolize the worker.
BOOST_AUTO_TEST_CASE(reads_that_complete_at_once_yield_to_the_event_loop)
{
    scripted s;
    for (int i = 0; i < 100; ++i) {
        s.source->coming.push_back({{}, "x"});
    }
    s.source->coming.push_back({{}, {}});
    body_reader body(s.r);
    int pieces = 0;
    int depth = 0;
    int deepest = 0;
    std::function<void(error_code, body_chunk)> next = [&](error_code ec, body_chunk piece) {
        deepest = std::max(deepest, ++depth);
        BOOST_TEST(!ec);
        if (piece) {
            ++pieces;
            body.read(next);
        }
        --depth;
    };
    body.read(next);
    BOOST_TEST(pieces == 16); // the maximum number of reads before a yield
    int turns = 0;
    while (s.source->waiter) {
        ++turns;
        BOOST_REQUIRE_EQUAL(s.source->ended.size(), static_cast<std::size_t>(turns));
        s.source->waiter.complete(s.source->ended.back());
    }
    BOOST_TEST(pieces == 100); // none is lost
    BOOST_TEST(turns > 1);
    BOOST_TEST(deepest <= 17);
}

BOOST_AUTO_TEST_CASE(errors_of_the_body_become_client_errors)
{
    const std::pair<error, status> table[] = {{error::body_too_large, status::payload_too_large},
                                              {error::body_malformed, status::bad_request},
                                              {error::body_too_slow, status::request_timeout}};
    for (const auto& [ec, code] : table) {
        scripted s;
        s.source->coming = {{{}, "a"}, {ec, {}}};
        auto thrown = answer(rill::make_handler(read_all), s.r);
        BOOST_TEST((thrown.status() == code));
        BOOST_TEST(!thrown.cause()); // the log gets no cause
        s.source->coming = {{ec, {}}};
        auto returned = answer(rill::make_handler([](body_reader body) -> awaitable<rill::result<std::string>> {
                                   auto piece = co_await body.read(rill::as_expected);
                                   if (!piece) {
                                       co_return tl::unexpected(piece.error());
                                   }
                                   co_return std::string(**piece);
                               }),
                               s.r);
        BOOST_TEST((returned.status() == code));
        BOOST_TEST(!returned.cause());
    }
}

BOOST_AUTO_TEST_CASE(other_exceptions_of_a_reading_handler_are_passed_on)
{
    const auto fails = rill::make_handler([](body_reader) -> awaitable<response> {
        throw boost::system::system_error(error::too_slow);
        co_return response();
    });
    BOOST_CHECK_THROW(answer(fails, post("x")), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_handler_reports_whether_it_reads_bodies)
{
    struct by_path
    {
        awaitable<response> operator()(request&) const { co_return response(); }
        bool streams_body(const request& head) const { return head.path() == "/upload"; }
    };
    const request upload(verb::post, "/upload");
    const request other(verb::post, "/other");
    BOOST_TEST(!rill::handler().streams_body(upload));
    BOOST_TEST(!rill::handler()); // an empty handler
    BOOST_TEST(rill::make_handler(read_all).streams_body(upload));
    BOOST_TEST(!rill::make_handler([](request&) { return "x"; }).streams_body(upload));
    BOOST_TEST(rill::make_handler([](request&, body_reader) { return "x"; }).streams_body(upload));
    rill::handler own = by_path();
    BOOST_TEST(own.streams_body(upload));
    BOOST_TEST(!own.streams_body(other));
    const rill::handler copy = own; // NOLINT: tests the copy
    own = rill::handler();
    BOOST_TEST(copy.streams_body(upload));
    BOOST_TEST(!own.streams_body(upload));
    const rill::handler wrapped = [copy](request& r) { return copy(r); };
    BOOST_TEST(!wrapped.streams_body(upload)); // a plain function does not report it
}

BOOST_AUTO_TEST_CASE(read_whole_body_reads_all_pieces)
{
    scripted s;
    s.source->coming = {{{}, "ab"}, {{}, "c"}, {{}, {}}};
    const auto whole = run([](request& r) -> awaitable<std::string> {
        co_await rill::detail::read_whole_body(r);
        co_return r.body();
    }(s.r));
    BOOST_TEST(whole == "abc");
    BOOST_TEST(!s.r.streams_body());
}

BOOST_AUTO_TEST_SUITE_END()
