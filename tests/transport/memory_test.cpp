// Each allocation of a connection fails once. The connection may end, immediately and without a leak. The server must
// continue to serve another connection.

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <exception>
#include <new>
#include <rill/core/interval.hpp>
#include <rill/http/body_reader.hpp>
#include <string>
#include <string_view>

#include "support/counted.hpp"
#include "support/failing_memory.hpp"
#include "support/writer_fixture.hpp"
#include "transport/stage.hpp"

// Asio allocates its operations with this function.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    void* memory = nullptr;
    return rill_test::allocation_fails() || ::posix_memalign(&memory, std::max(alignment, sizeof memory), size) != 0
               ? nullptr
               : memory;
}

BOOST_AUTO_TEST_SUITE(memory_test)

namespace {

using namespace rill_test;
using rill::close_reason;

enum class end : unsigned char
{
    closed_by_client,
    reset_by_client,
    by_its_producer,
    drained
};

struct life
{
    const char* path;
    const char* until; ///< the client waits for this text before the end
    memory_test::end end;
};

const std::string upload_head = "POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

const rill::stream_policy policy{
    .heartbeat = 10s, .filler = ":\n\n", .farewell = "a farewell that is too long for a string without memory"};

struct small_machine : stage
{
    rill::response_writer* pushed = nullptr;
    loopback other;
    long left;

    struct upload_app
    {
        small_machine* machine;
        bool streams_body(const rill::request& head) const { return head.path() == "/upload"; }
        rill::awaitable<rill::response> operator()(rill::request& r) const { return machine->handle(r); }
    };

    explicit small_machine(long allocations) : stage(upload_app{this}), left(allocations)
    {
        closed.reserve(10);
        log.reserve(1000);
        limits.half_close_timeout = 0ms; // a FIN counts as a disconnect immediately
        worker.timers.use_manual_clock();
        accept(other);
        other.client_sends(get("/stream"));
        run_until_received(other, "begun");
    }

    rill::awaitable<rill::response> handle(rill::request& r)
    {
        counted here;
        if (r.path() == "/waits") {
            co_await rill::sleep_for(1h);
        }
        if (r.path() == "/upload") {
            rill::body_reader body(r);
            std::string all;
            while (auto piece = co_await body.read()) {
                all += *piece;
            }
            co_return rill::response::text(all);
        }
        if (r.path() == "/stream") {
            co_return rill::response::stream([this](rill::response_writer& out) { return stream(out); });
        }
        if (r.path() == "/ends") {
            co_return rill::response::stream(
                [](rill::response_writer& out) -> rill::awaitable<> { co_await out.write("begun"); });
        }
        if (r.path() == "/pushed") {
            co_return rill::response::stream([this](rill::response_writer& out) {
                pushed = &out;
                out.set_policy(policy);
                rill::detail::stream_writer::of(out).put("begun");
                return rill::awaitable<>();
            });
        }
        co_return rill::response::text("done");
    }

    rill::awaitable<> stream(rill::response_writer& out)
    {
        counted here;
        out.set_policy(policy);
        co_await out.write("begun");
        co_await rill::sleep_for(1h);
    }

    // Allocations fail only in `f`, which runs the server. The allocations of the test succeed.
    template <class F>
    void without_memory(F f)
    {
        std::exception_ptr error;
        allocations_left = left;
        try {
            f();
        } catch (...) {
            error = std::current_exception();
        }
        left = allocations_left;
        allocations_left = -1;
        BOOST_TEST(!error); // in production the worker would log the exception
    }

    template <class Condition>
    void go_on_until(Condition condition)
    {
        run_until([&] {
            without_memory([this] {
                io.restart();
                io.run_one_for(1ms);
            });
            return condition();
        });
    }

    // Returns true if the client receives the text, and false at the end of the connection or after a 500.
    bool receives(const loopback& pair, std::string_view text)
    {
        std::string got;
        bool over = false;
        go_on_until([&] {
            std::array<char, 4096> buffer;
            const auto count = ::recv(pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
            got.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
            over = count == 0 || (count < 0 && errno != EAGAIN) || got.starts_with("HTTP/1.1 500");
            return over || got.find(text) != got.npos;
        });
        return !over;
    }

    void run(const life& l)
    {
        loopback pair;
        const bool uploads = l.path == std::string_view("/upload");
        pair.client_sends(uploads ? upload_head : get(l.path));
        without_memory(
            [&] { static_cast<void>(rill::transport::http1_connection::start(worker, pair.release_server())); });
        if (uploads) { // the handler waits before a line and within a line
            go_on_until(
                [&] { return counted::alive() == 2 || worker.connections() == 1 || worker.stats.responses[5] != 0; });
            without_memory([this] {
                io.restart();
                io.poll();
            });
            static_cast<void>(::send(pair.client, "5\r\nfir", 6, MSG_NOSIGNAL));
            without_memory([this] {
                io.restart();
                io.poll();
            });
            static_cast<void>(::send(pair.client, "st\r\n4", 5, MSG_NOSIGNAL));
            without_memory([this] {
                io.restart();
                io.poll();
            });
            static_cast<void>(::send(pair.client, "\r\ndone\r\n0\r\n\r\n", 13, MSG_NOSIGNAL));
        }
        if (*l.until != '\0') {
            static_cast<void>(receives(pair, l.until));
        } else {
            go_on_until(
                [&] { return counted::alive() == 2 || worker.connections() == 1 || worker.stats.responses[5] != 0; });
        }
        finish(pair, l.end);
        go_on_until([&] { return worker.connections() == (worker.draining() ? 0U : 1U); });
    }

    void finish(loopback& pair, memory_test::end how)
    {
        switch (how) {
        case end::reset_by_client:
            return pair.reset_client();
        case end::by_its_producer:
            if (pushed != nullptr && worker.connections() == 2) {
                without_memory([this] { pushed->end(close_reason::handler_returned); });
                static_cast<void>(receives(pair, "0\r\n\r\n"));
            }
            break;
        case end::drained:
            without_memory([this] { worker.begin_drain(); });
            static_cast<void>(receives(pair, "never"));
            other.close_client();
            break;
        case end::closed_by_client:
            break;
        }
        pair.close_client();
    }

    void check()
    {
        const auto there = worker.draining() ? 0U : 1U; // the connection of `other`
        BOOST_TEST(shared_capacity.connections == there);
        BOOST_TEST(shared_capacity.streams == there);
        BOOST_TEST(shared_capacity.queued_bytes == 0U);
        BOOST_TEST(counted::alive() == static_cast<int>(there));
        for (const auto& route : worker.stats.routes) {
            BOOST_TEST(route.open == there);
        }
        if (there != 0) {
            worker.timers.advance(11s);
            BOOST_TEST(receives(other, ":\n\n"));
            loopback next;
            accept(next);
            next.client_sends(get("/text"));
            BOOST_TEST(receives(next, "done"));
            next.close_client();
        }
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(every_allocation_of_a_connection_may_fail)
{
    using enum end;
    for (const life l : {
             life{"/text", "done", closed_by_client},
             {"/text", "done", drained},
             {"/waits", "", closed_by_client},
             {"/upload", "firstdone", closed_by_client},
             {"/upload", "firstdone", drained},
             {"/stream", "begun", closed_by_client},
             {"/stream", "begun", reset_by_client},
             {"/stream", "begun", drained},
             {"/ends", "0\r\n\r\n", closed_by_client},
             {"/pushed", "begun", closed_by_client},
             {"/pushed", "begun", by_its_producer},
             {"/pushed", "begun", drained},
         })
    {
        long count = 0;
        for (bool more = true; more; ++count) {
            BOOST_REQUIRE(count < 1000);
            BOOST_TEST_CONTEXT(l.path << ", end " << static_cast<int>(l.end) << ", allocation " << count)
            {
                allocation_failed = false;
                small_machine s(count);
                s.run(l);
                more = allocation_failed;
                s.left = -1;
                s.check();
            }
        }
        BOOST_TEST(count > 10); // the loop has tested several allocations
        BOOST_TEST_MESSAGE(l.path << ": allocations that failed: " << count - 1);
    }
}

// A wait fails if its memory cannot be allocated. Its bytes are queued nevertheless, and the other waits continue.
BOOST_AUTO_TEST_CASE(a_queued_wait_without_memory_fails_alone)
{
    for (long number = 0;; ++number) {
        writer_fixture f;
        std::vector<boost::asio::cancellation_signal> cancel(3);
        std::vector<std::pair<std::size_t, rill::error_code>> got;
        f.out.sent.reserve(100);
        got.reserve(10);
        f.out.block();
        const auto write = [&](std::size_t i) {
            f.out.write("x", boost::asio::bind_cancellation_slot(
                                 cancel[i].slot(), [&got, i](rill::error_code ec) { got.emplace_back(i, ec); }));
        };
        write(0);
        allocation_failed = false;
        allocations_left = number;
        // True if write() has thrown. Then its handler is lost. The smaller handler of a coroutine is never lost.
        bool lost = false;
        try {
            write(1);
        } catch (const std::bad_alloc&) {
            lost = true;
        }
        const bool more = allocation_failed;
        allocations_left = -1;
        write(2);
        BOOST_TEST(f.out.sent == "xxx");
        const bool failed = !got.empty();
        if (failed) {
            BOOST_TEST((got.size() == 1U && got[0].first == 1U));
            BOOST_TEST((got[0].second == boost::system::errc::not_enough_memory));
        }
        cancel[1].emit(boost::asio::cancellation_type::terminal);
        cancel[2].emit(boost::asio::cancellation_type::terminal);
        f.loop.turn();
        f.out.unblock();
        std::vector<std::size_t> order;
        for (const auto& [i, ec] : got) {
            order.push_back(i);
        }
        BOOST_TEST((order == (lost ? std::vector<std::size_t>{2, 0} : std::vector<std::size_t>{1, 2, 0})));
        BOOST_TEST(!f.out.has_waiter());
        if (!more) {
            BOOST_TEST(!failed);
            BOOST_TEST(number >= 3);
            break;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
