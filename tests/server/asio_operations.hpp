#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <csignal>
#include <netdb.h>

#include "server/fixture.hpp"

using namespace rill_test;
namespace asio = rill::asio;
namespace data = boost::unit_test::data;

// A library of the user. It uses only Asio and not rill.
namespace asio_test_library {

boost::asio::awaitable<int> half(int number)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
    if (number % 2 != 0) {
        throw std::domain_error("odd");
    }
    co_return number / 2;
}

} // namespace asio_test_library

namespace asio_in_handlers {

using asio::ip::tcp;
using error_channel = asio::experimental::channel<void(rill::error_code, std::string)>;
using shared_channel = asio::experimental::concurrent_channel<void(rill::error_code, std::string)>;

inline const tcp::endpoint any_loopback_port{asio::ip::address_v4::loopback(), 0};

/// A thread pool of the application. It outlives the server.
struct other_threads
{
    asio::thread_pool pool{2};
    ~other_threads() { pool.join(); }
};

inline rill::awaitable<std::string> timers()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::deferred);
    timer.expires_after(1ms);
    const auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    expect(!ec);
    rill::error_code redirected = asio::error::eof;
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, redirected));
    expect(!redirected);
    timer.expires_after(1ms);
    const auto expected = co_await timer.async_wait(rill::as_expected);
    expect(expected.has_value());
    co_return "waited";
}

inline rill::awaitable<std::string> numeric_names()
{
    tcp::resolver resolver(co_await asio::this_coro::executor);
    const auto found = co_await resolver.async_resolve("127.0.0.1", "80", asio::use_awaitable);
    expect(found.size() == 1);
    const auto [ec, none] = co_await resolver.async_resolve("not a name", "80", asio::as_tuple(asio::use_awaitable));
    expect(ec && none.empty());
    co_return found.begin()->endpoint().address().to_string();
}

inline rill::awaitable<std::string> localhost()
{
    tcp::resolver resolver(co_await asio::this_coro::executor);
    const auto found = co_await resolver.async_resolve("localhost", "80", asio::use_awaitable);
    expect(!found.empty());
    co_return found.begin()->endpoint().address().is_loopback() ? "loopback" : "elsewhere";
}

inline rill::awaitable<void> echo_once(tcp::acceptor& acceptor)
{
    auto peer = co_await acceptor.async_accept(asio::use_awaitable);
    char bytes[64];
    for (;;) {
        const auto [ec, size] = co_await peer.async_read_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
        if (ec) {
            co_return;
        }
        co_await asio::async_write(peer, asio::buffer(bytes, size), asio::use_awaitable);
    }
}

inline rill::awaitable<std::string> ask(tcp::endpoint where)
{
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(where, asio::use_awaitable);
    const std::string_view question = "is there an echo?";
    co_await asio::async_write(socket, asio::buffer(question), asio::use_awaitable);
    std::string answer(question.size(), ' ');
    co_await asio::async_read(socket, asio::buffer(answer), asio::use_awaitable);
    co_return answer;
}

inline rill::awaitable<std::string> sockets()
{
    using namespace asio::experimental::awaitable_operators;
    tcp::acceptor acceptor(co_await asio::this_coro::executor, any_loopback_port);
    const auto where = acceptor.local_endpoint();
    co_return co_await (echo_once(acceptor) && ask(where));
}

inline rill::awaitable<std::string> first_of_two()
{
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer soon(co_await asio::this_coro::executor, 1ms);
    asio::steady_timer late(co_await asio::this_coro::executor, 1h);
    const auto first = co_await (late.async_wait(asio::use_awaitable) || soon.async_wait(asio::use_awaitable));
    co_return first.index() == 1 ? "the second" : "the first";
}

inline rill::awaitable<void> send_both(error_channel& to)
{
    co_await to.async_send({}, "ping", asio::use_awaitable);
    co_await to.async_send({}, "pong", asio::use_awaitable);
}

inline rill::awaitable<std::string> receive_both(error_channel& from)
{
    auto both = co_await from.async_receive(asio::use_awaitable);
    both += ' ';
    both += co_await from.async_receive(asio::use_awaitable);
    co_return both;
}

inline rill::awaitable<std::string> channels()
{
    using namespace asio::experimental::awaitable_operators;
    error_channel between(co_await asio::this_coro::executor, 0);
    co_return co_await (send_both(between) && receive_both(between));
}

inline rill::awaitable<std::string> pipes()
{
    int ends[2];
    expect(::pipe(ends) == 0);
    const auto ex = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor reader(ex, ends[0]);
    asio::posix::stream_descriptor writer(ex, ends[1]);
    const std::string_view sent = "through a pipe";
    co_await asio::async_write(writer, asio::buffer(sent), asio::use_awaitable);
    co_await reader.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    std::string received(sent.size(), ' ');
    co_await asio::async_read(reader, asio::buffer(received), asio::use_awaitable);
    co_return received;
}

inline rill::awaitable<std::string> signals()
{
    asio::signal_set set(co_await asio::this_coro::executor, SIGUSR2);
    expect(::raise(SIGUSR2) == 0); // to this thread, so that it does not interrupt poll() in a client
    co_return co_await set.async_wait(asio::use_awaitable) == SIGUSR2 ? "SIGUSR2" : "another";
}

inline rill::awaitable<std::string> strands()
{
    auto strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await asio::co_spawn(strand, rill::sleep_for(1ms), asio::use_awaitable); // the strand runs on the worker
    const auto here = std::this_thread::get_id();
    co_await asio::post(strand, asio::use_awaitable);
    expect(std::this_thread::get_id() == here);
    co_return "in order";
}

inline boost::asio::awaitable<std::string> library()
{
    const int found = co_await asio_test_library::half(42);
    std::string text = std::to_string(found);
    try {
        co_await asio_test_library::half(1);
    } catch (const std::domain_error& e) {
        text += e.what();
    }
    co_return text;
}

inline rill::awaitable<std::thread::id> thread_of_pool(std::string argument)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    expect(argument == "argument");
    co_return std::this_thread::get_id();
}

inline rill::awaitable<std::string> pools(asio::thread_pool& pool)
{
    const auto here = std::this_thread::get_id();
    auto work = thread_of_pool("argument");
    const auto there = co_await asio::co_spawn(pool, std::move(work), asio::use_awaitable);
    expect(there != here);
    expect(std::this_thread::get_id() == here);
    co_await asio::post(pool, asio::use_awaitable); // the coroutine continues on the worker
    expect(std::this_thread::get_id() == here);
    auto ordered = asio::make_strand(pool);
    auto in_order = thread_of_pool("argument");
    expect(co_await asio::co_spawn(ordered, std::move(in_order), asio::use_awaitable) != here);
    expect(co_await rill::offload(pool, [] { return std::this_thread::get_id(); }) != here);
    co_await rill::sleep_for(1ms); // the coroutine uses the timers of its worker again
    co_return "there and back";
}

// Functions that another thread posts run in the thread of the worker. A thread-safe channel wakes the handler.
inline rill::awaitable<std::string> foreign_threads()
{
    const auto ex = co_await asio::this_coro::executor;
    const auto here = std::this_thread::get_id();
    shared_channel results(ex, 200);
    std::atomic<int> elsewhere = 0;
    const auto post_many = [&] {
        for (int i = 0; i < 100; ++i) {
            asio::post(ex, [&] { elsewhere += std::this_thread::get_id() == here ? 0 : 1; });
            expect(results.try_send(rill::error_code(), "x"));
        }
    };
    std::thread one(post_many);
    std::thread two(post_many);
    std::string all;
    while (all.size() < 200) {
        all += co_await results.async_receive(asio::use_awaitable);
    }
    one.join();
    two.join();
    co_await asio::post(ex, asio::use_awaitable); // runs after all posted functions
    expect(elsewhere == 0);
    co_return std::to_string(all.size());
}

template <class Work>
auto answer_of(Work work)
{
    return [work](rill::request&) -> boost::asio::awaitable<rill::response> {
        auto text = co_await work();
        co_return rill::response::text(std::move(text));
    };
}

inline rill::router completing(asio::thread_pool& pool)
{
    rill::router app;
    app.get("/timers", answer_of(timers));
    app.get("/numeric-names", answer_of(numeric_names));
    app.get("/localhost", answer_of(localhost));
    app.get("/sockets", answer_of(sockets));
    app.get("/first-of-two", answer_of(first_of_two));
    app.get("/channels", answer_of(channels));
    app.get("/pipes", answer_of(pipes));
    app.get("/signals", answer_of(signals));
    app.get("/strands", answer_of(strands));
    app.get("/library", answer_of(library));
    app.get("/pools", answer_of([&pool] { return pools(pool); }));
    app.get("/foreign-threads", answer_of(foreign_threads));
    return app;
}

struct served
{
    std::string target;
    std::string answer;

    friend std::ostream& operator<<(std::ostream& out, const served& s) { return out << s.target; }
};

inline const std::vector<served> completes{
    {"/timers", "waited"},           {"/numeric-names", "127.0.0.1"}, {"/sockets", "is there an echo?"},
    {"/first-of-two", "the second"}, {"/channels", "ping pong"},      {"/pipes", "through a pipe"},
    {"/signals", "SIGUSR2"},         {"/strands", "in order"},        {"/library", "21odd"},
    {"/pools", "there and back"},    {"/foreign-threads", "200"},
};

inline bool machine_knows_localhost()
{
    addrinfo* found = nullptr;
    const bool known = ::getaddrinfo("localhost", "80", nullptr, &found) == 0;
    if (known) {
        ::freeaddrinfo(found);
    }
    return known;
}

} // namespace asio_in_handlers
