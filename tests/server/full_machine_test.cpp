// A machine that is full: of connections, of streams, of bytes that nobody takes, of descriptors, of memory.

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <new>
#include <poll.h>
#include <rill/pubsub.hpp>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "server/fixture.hpp"
#include "support/failing_memory.hpp"

BOOST_AUTO_TEST_SUITE(full_machine)

namespace {

using namespace rill_test;
using clients = std::vector<std::unique_ptr<raw_client>>;

rill::awaitable<> silent(rill::sse::event_stream& stream)
{
    co_await stream.send("begun");
    co_await rill::sleep_for(1h);
}

rill::awaitable<> sends_much(rill::sse::event_stream& stream)
{
    co_await stream.send("begun");
    const std::string much(256 * 1024, 'x');
    for (;;) {
        co_await stream.send(much);
    }
}

rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.get("/silent", rill::sse::endpoint(silent, {.headers = {{"Access-Control-Allow-Origin", "*"}}}));
    app.get("/much", rill::sse::endpoint(sends_much, {.write_timeout = 1h}));
    app.get("/huge", [] { return rill::response::text(std::string(16 * 1024 * 1024, 'h')); });
    app.get("/two", rill::sse::endpoint(silent, {.max_streams = 2, .retry_after = 3s}));
    app.get("/two/again", rill::sse::endpoint(silent, {.max_streams = 2, .refusal = rill::refusal::retry_event}));
    return app;
}

std::unique_ptr<raw_client> ask(const running_server& server, std::string_view target, std::string_view until,
                                std::string_view fields = {})
{
    auto c = std::make_unique<raw_client>(server.port());
    c->send("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n" + std::string(fields) + "\r\n");
    BOOST_TEST(c->read_until(until));
    return c;
}

/// Refused with 503, and told when to come back, which is from `least` to twice that.
void check_unavailable(raw_client& c, int least)
{
    BOOST_TEST(c.read_to_end());
    const auto& text = c.received();
    BOOST_TEST_CONTEXT(text)
    {
        BOOST_TEST(text.starts_with("HTTP/1.1 503 "));
        BOOST_TEST(text.find("Connection: close\r\n") != text.npos);
        const auto at = text.find("Retry-After: ");
        BOOST_REQUIRE(at != text.npos);
        const int seconds = std::stoi(text.substr(at + 13));
        BOOST_TEST(seconds >= least);
        BOOST_TEST(seconds <= 2 * least);
    }
}

/// Sent away as an EventSource comes back from.
void check_retry_event(raw_client& c)
{
    BOOST_TEST(c.read_to_end());
    const auto& text = c.received();
    BOOST_TEST_CONTEXT(text)
    {
        BOOST_TEST(text.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(text.find("Content-Type: text/event-stream\r\n") != text.npos);
        BOOST_TEST(text.find("Connection: close\r\n") != text.npos);
        const auto body = text.substr(text.find("\r\n\r\n") + 4);
        BOOST_REQUIRE(body.starts_with("retry: "));
        BOOST_TEST(body.ends_with("\n\n"));
        BOOST_TEST(std::stoi(body.substr(7)) >= 5000);
        BOOST_TEST(std::stoi(body.substr(7)) <= 10'000);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(more_connections_than_there_may_be)
{
    rill::server_options options;
    options.capacity.max_connections = 3;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 3; ++i) {
        there.push_back(ask(server, "/silent", "begun"));
    }
    check_unavailable(*ask(server, "/hello", "503"), 5);
    check_unavailable(*ask(server, "/silent", "503", "Accept: text/event-stream\r\n"), 5);
    BOOST_TEST(eventually([&] { return server.connections() == 3; }));
    BOOST_TEST(server.stats().connections == 3U);
    BOOST_TEST(server.stats().streams == 3U);
    BOOST_TEST(server.stats().refused_connections == 2U);
    there.pop_back();
    BOOST_TEST(eventually([&] { return server.stats().connections == 2; }));
    ask(server, "/hello", "\r\n\r\nhello");
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(an_event_source_over_the_limit_is_told_to_come_back)
{
    rill::server_options options;
    options.capacity.max_connections = 1;
    options.capacity.refusal = rill::refusal::retry_event;
    running_server server(app(), options);
    const auto there = ask(server, "/silent", "begun");
    check_retry_event(*ask(server, "/silent", "retry", "Accept: text/event-stream\r\n"));
    check_unavailable(*ask(server, "/hello", "503"), 5);
}

// Those who are told so are few, whoever comes: a crowd that says nothing does not take the places of those.
BOOST_AUTO_TEST_CASE(a_crowd_over_the_limit_is_not_even_told)
{
    rill::server_options options;
    options.capacity.max_connections = 1;
    running_server server(app(), options);
    const auto there = ask(server, "/silent", "begun");
    clients crowd;
    for (int i = 0; i < 60; ++i) {
        crowd.push_back(std::make_unique<raw_client>(server.port()));
    }
    BOOST_TEST(eventually([&] { return server.stats().refused_connections == 60; }));
    BOOST_TEST(server.connections() <= 17U);                           // 16 of them
    BOOST_TEST(eventually([&] { return server.connections() == 1; })); // within a second, as they ask for nothing
}

BOOST_AUTO_TEST_CASE(more_connections_of_one_address)
{
    rill::server_options options;
    options.capacity.max_connections_per_address = 2;
    running_server server(app(), options);
    clients there;
    there.push_back(ask(server, "/silent", "begun"));
    there.push_back(ask(server, "/silent", "begun"));
    check_unavailable(*ask(server, "/hello", "503"), 5);
    raw_client other(server.port(), 0, INADDR_LOOPBACK + 1); // 127.0.0.2
    other.get("/hello");
    BOOST_TEST(other.read_until("\r\n\r\nhello"));
    there.pop_back();
    BOOST_TEST(eventually([&] { return server.stats().connections == 2; }));
    ask(server, "/hello", "\r\n\r\nhello");
}

BOOST_AUTO_TEST_CASE(more_streams_than_there_may_be)
{
    rill::server_options options;
    options.threads = 2; // the limit is the server's, whichever worker they come to
    options.capacity.max_streams = 4;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 4; ++i) {
        there.push_back(ask(server, "/silent", "begun"));
    }
    for (int i = 0; i < 8; ++i) {
        const auto c = ask(server, "/silent", "503");
        check_unavailable(*c, 5);
        BOOST_TEST(c->received().find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
        BOOST_TEST(c->received().find("text/event-stream") == std::string::npos);
    }
    ask(server, "/hello", "\r\n\r\nhello"); // no stream
    BOOST_TEST(server.stats().refused_streams == 8U);
    there.clear();
    BOOST_TEST(eventually([&] { return server.stats().streams == 0; }));
    ask(server, "/silent", "begun");
}

BOOST_AUTO_TEST_CASE(more_streams_of_one_address)
{
    rill::server_options options;
    options.capacity.max_streams_per_address = 1;
    options.capacity.refusal = rill::refusal::retry_event;
    running_server server(app(), options);
    auto there = ask(server, "/silent", "begun");
    const auto c = ask(server, "/silent", "retry");
    check_retry_event(*c);
    BOOST_TEST(c->received().find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
    there.reset();
    BOOST_TEST(eventually([&] { return server.stats().streams == 0; }));
    ask(server, "/silent", "begun");
}

BOOST_AUTO_TEST_CASE(more_streams_of_one_route)
{
    running_server server(app());
    clients there;
    for (int i = 0; i < 2; ++i) {
        there.push_back(ask(server, "/two", "begun"));
        there.push_back(ask(server, "/two/again", "begun"));
    }
    check_unavailable(*ask(server, "/two", "503"), 3);
    check_retry_event(*ask(server, "/two/again", "retry"));
    there.push_back(ask(server, "/silent", "begun"));
    there.clear();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    ask(server, "/two", "begun");
}

// Who leaves and who comes are found by the server in the same turn: it has been busy.
BOOST_AUTO_TEST_CASE(one_comes_while_another_leaves)
{
    struct limited
    {
        const char* path = "/silent";
        rill::capacity_limits by{};
    };
    for (const auto& [path, limits] :
         {limited{.by = {.max_connections = 2}}, limited{.by = {.max_connections_per_address = 2}},
          limited{.by = {.max_streams = 1}}, limited{.by = {.max_streams_per_address = 1}}, limited{"/one"},
          limited{"/pushed"}})
    {
        std::promise<void> busy;
        std::promise<void> released;
        auto routes = app();
        const rill::pubsub::channel c;
        routes.get("/one", rill::sse::endpoint(silent, {.max_streams = 1}));
        routes.get("/pushed", rill::sse::endpoint(c, {.max_streams = 1}));
        routes.get("/busy", [&] {
            busy.set_value();
            released.get_future().wait();
            return "done";
        });
        rill::server_options options;
        options.capacity = limits;
        running_server server(std::move(routes), options);
        auto there = ask(server, path, "200 OK\r\n");
        raw_client other(server.port());
        other.get("/busy");
        busy.get_future().wait();
        there.reset();
        raw_client comes(server.port());
        comes.get(path);
        released.set_value();
        BOOST_TEST_CONTEXT(path)
        {
            BOOST_TEST(comes.read_until("200 OK\r\n"));
        }
        BOOST_TEST(server.stats().refused_connections == 0U);
        BOOST_TEST(server.stats().refused_streams == 0U);
    }
}

// Each of them queues what its client does not take: the one that would exceed the sum of all ends, the others go on.
BOOST_AUTO_TEST_CASE(more_queued_than_there_is_room_for)
{
    rill::server_options options;
    options.limits.write_timeout = 1h;
    options.limits.max_unsent_bytes = 16 * 1024; // soon in our memory, not in the kernel's
    options.capacity.max_queued_bytes = 600 * 1024;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 6; ++i) {
        there.push_back(std::make_unique<raw_client>(server.port(), 4096));
        there.back()->get("/much");
        BOOST_TEST(eventually([&] { return server.stats().queued_bytes != 0; }));
    }
    // There is room for two of up to 256 KiB each, perhaps for three, as the kernel takes a part.
    BOOST_TEST(eventually(
        [&] { return server.reasons().size() >= 3 && server.reasons().size() + server.stats().streams == 6; }));
    BOOST_TEST(server.stats().streams >= 2U);
    BOOST_TEST(server.stats().queued_bytes <= 600U * 1024);
    BOOST_TEST_MESSAGE(server.stats().queued_bytes / 1024 << " KiB of 600 are queued by " << server.stats().streams
                                                          << " streams, " << server.reasons().size() << " were ended");
    BOOST_TEST(
        eventually([&] { return server.stats().overflows == server.reasons().size(); })); // one may be on its way
    for (const auto reason : server.reasons()) {
        BOOST_TEST((reason == rill::close_reason::over_capacity));
    }
    // A response is no exception: refused before its head, so that its client knows why.
    raw_client huge(server.port(), 4096);
    huge.get("/huge");
    BOOST_TEST(huge.read_until("HTTP/1.1 503 "));
    huge.close();
    there.clear();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    BOOST_TEST(server.stats().queued_bytes == 0U);
    ask(server, "/hello", "\r\n\r\nhello");
}

namespace {

/// A server in a process of its own that may have few files.
class small_process
{
public:
    explicit small_process(rlim_t more_files)
    {
        int ends[2];
        BOOST_REQUIRE(::pipe(ends) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            serve(ends[1], more_files);
        }
        ::close(ends[1]);
        lines_ = ends[0];
        BOOST_REQUIRE(::read(lines_, &port, sizeof port) == sizeof port);
    }
    small_process(const small_process&) = delete;
    small_process& operator=(const small_process&) = delete;
    ~small_process()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(lines_);
    }

    /// Ends by SIGTERM; the exit status, or -1.
    int stop()
    {
        ::kill(pid_, SIGTERM);
        int status = -1;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// The warnings and errors; after stop().
    std::string log() const
    {
        std::string text;
        char buffer[4096];
        for (ssize_t count = 0; (count = ::read(lines_, buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }

    /// Whether there is a warning or an error; waits for it.
    bool warns() const
    {
        pollfd readable{.fd = lines_, .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, 30'000) == 1 && (readable.revents & POLLIN) != 0;
    }

    std::chrono::nanoseconds cpu() const
    {
        long long ns = 0; // of its only thread
        std::ifstream("/proc/" + std::to_string(pid_) + "/schedstat") >> ns;
        return std::chrono::nanoseconds(ns);
    }

    std::uint16_t port = 0;

private:
    [[noreturn]] static void serve(int lines, rlim_t more_files)
    {
        rill::server_options options;
        options.port = 0;
        options.observer.log = [lines](rill::log_level level, std::string_view text) {
            if (level >= rill::log_level::warning) {
                const auto line = std::string(text) + "\n";
                static_cast<void>(::write(lines, line.data(), line.size()) + 1);
            }
        };
        rill::server server(app(), options);
        if (!server.listen()) {
            ::_exit(3);
        }
        const rlimit few{open_descriptors() + more_files, open_descriptors() + more_files};
        ::setrlimit(RLIMIT_NOFILE, &few);
        const auto port = server.port();
        static_cast<void>(::write(lines, &port, sizeof port) + 1);
        ::_exit(server.run_until_signalled() ? 0 : 4);
    }

    pid_t pid_ = -1;
    int lines_ = -1;
};

} // namespace

// Really out of descriptors: it neither ends nor spins, and goes on when one is free.
BOOST_AUTO_TEST_CASE(out_of_descriptors)
{
    small_process server(8);
    clients there;
    for (int i = 0; i < 40; ++i) {
        there.push_back(std::make_unique<raw_client>(server.port));
        there.back()->get("/silent");
    }
    BOOST_REQUIRE(there.front()->read_until("begun"));
    BOOST_REQUIRE(server.warns()); // now it is full
    const auto before = server.cpu();
    BOOST_TEST(before.count() > 0); // it is measured
    std::this_thread::sleep_for(1s);
    const std::chrono::duration<double, std::milli> used = server.cpu() - before;
    BOOST_TEST_MESSAGE("CPU time in a second without descriptors: " << used.count() << " ms");
    // One that tries again and again takes all it can get: more than this, be the machine as busy as it may.
    BOOST_TEST(used.count() < 250.0);
    BOOST_TEST(!there.back()->has_input());
    const auto served = [&] {
        return std::count_if(there.begin() + 1, there.end(), [](const auto& c) { return c->has_input(); });
    };
    const auto first = served();
    BOOST_TEST(first < 39);
    const auto freed = std::chrono::steady_clock::now();
    there.front()->reset();
    BOOST_TEST(eventually([&] { return served() > first; }));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - freed;
    BOOST_TEST_MESSAGE("served again " << took.count() << " ms after a descriptor was free");
    there.erase(there.begin(), there.end() - 1);
    BOOST_TEST(there.back()->read_until("begun")); // everyone's turn has come
    BOOST_TEST(server.stop() == 0);
    const auto log = server.log();
    BOOST_TEST_CONTEXT(log)
    {
        BOOST_TEST(log.starts_with("cannot accept connections for now: "));
        BOOST_TEST(log.find('\n') == log.size() - 1); // one line
    }
}

BOOST_AUTO_TEST_CASE(a_handler_without_memory_ends_alone)
{
    rill::router small = app();
    small.get("/throws", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                  co_await stream.send("begun");
                  throw std::bad_alloc();
              }));
    small.get("/throws/too", []() -> rill::response { throw std::bad_alloc(); });
    running_server server(std::move(small));
    const auto other = ask(server, "/silent", "begun");
    const auto c = ask(server, "/throws", "begun");
    BOOST_TEST(c->read_to_end());
    BOOST_TEST(!c->received().ends_with("0\r\n\r\n")); // not whole, and seen to be
    ask(server, "/throws/too", "HTTP/1.1 500 ");
    BOOST_TEST(eventually([&] { return server.connections() == 1; }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_error}));
    const auto log = server.log();
    BOOST_TEST(log.starts_with("stream "));
    BOOST_TEST(log.ends_with(" failed: std::bad_alloc\nhandler of /throws/too failed: std::bad_alloc\n"));
    BOOST_TEST(!other->has_input());
}

// Every allocation while a handler runs fails once, its own and the library's: that stream may end, nothing else does.
BOOST_AUTO_TEST_CASE(every_allocation_of_a_handler_may_fail)
{
    static std::atomic<long> fails_at{0};
    static std::atomic<bool> failed{false};
    struct without_memory
    {
        without_memory()
        {
            allocation_failed = false;
            allocations_left = fails_at;
        }
        without_memory(const without_memory&) = delete;
        without_memory& operator=(const without_memory&) = delete;
        ~without_memory()
        {
            allocations_left = -1;
            failed = allocation_failed;
        }
    };
    rill::router small = app();
    small.get("/small", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                  const without_memory here;
                  const std::string much(2 * 1024 * 1024, 'm');
                  co_await stream.send(much); // more than the kernel takes: the rest is kept
                  co_await rill::sleep_for(1ms);
                  co_await stream.send(std::to_string(fails_at) + std::string(100, 'n'));
              }));
    running_server server(std::move(small));
    const auto other = ask(server, "/silent", "begun");
    for (bool more = true; more; ++fails_at) {
        BOOST_REQUIRE(fails_at < 1000);
        failed = false;
        raw_client c(server.port(), 4096);
        c.send("GET /small HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        c.read_to_end();
        BOOST_REQUIRE(eventually([&] { return server.connections() == 1; }));
        more = failed;
        const bool whole = c.received().ends_with("0\r\n\r\n");
        BOOST_TEST_CONTEXT("allocation " << fails_at << ", " << c.received().size() << " bytes\n" << server.log())
        {
            BOOST_TEST((whole || more));
            // The event loop's own operations may have done without: then nothing is missing.
            BOOST_TEST((!whole || c.received().find(std::string(100, 'n')) != std::string::npos));
        }
    }
    BOOST_TEST(fails_at > 4); // there were some
    BOOST_TEST_MESSAGE("allocations that failed: " << fails_at - 1);
    ask(server, "/hello", "\r\n\r\nhello");
    BOOST_TEST(!other->has_input());
}

// Every allocation of a publisher fails once, also that of waking the worker: what was published comes, in order, and
// with the next event at the latest.
BOOST_AUTO_TEST_CASE(every_allocation_of_a_publish_may_fail)
{
    rill::pubsub::channel news;
    rill::router small;
    small.get("/news", rill::sse::endpoint(news));
    running_server server(std::move(small));
    const auto c = ask(server, "/news", "\r\n\r\n");
    BOOST_REQUIRE(eventually([&] { return news.stats().subscribers == 1; }));
    std::vector<std::string> due;
    long fails_at = 0;
    for (bool more = true; more; ++fails_at) {
        BOOST_REQUIRE(fails_at < 1000);
        const auto text = "perhaps, with number " + std::to_string(fails_at) + '.';
        const auto next = "in any case, with number " + std::to_string(fails_at) + '.';
        bool published = false;
        allocation_failed = false;
        allocations_left = fails_at;
        try {
            published = news.publish(text).has_value();
        } catch (const std::bad_alloc&) {
            BOOST_TEST(allocation_failed);
        }
        allocations_left = -1;
        more = allocation_failed;
        if (published) {
            due.push_back(text);
        }
        BOOST_REQUIRE(news.publish(next));
        due.push_back(next);
        BOOST_REQUIRE(c->read_until("data: " + next));
    }
    BOOST_TEST(fails_at > 2); // there were some
    std::size_t place = 0;
    for (const auto& text : due) {
        place = c->received().find("data: " + text, place);
        BOOST_REQUIRE_MESSAGE(place != std::string::npos, text);
    }
    BOOST_TEST_MESSAGE("allocations that failed: " << fails_at - 1);
}

// An exception leaves the event loop, and there is no memory for the line that tells of it.
BOOST_AUTO_TEST_CASE(an_exception_that_can_not_be_told)
{
    auto routes = app();
    routes.get("/throw", []() -> rill::awaitable<rill::response> {
        boost::asio::post(co_await boost::asio::this_coro::executor, [] {
            const std::runtime_error thrown("one of which the text is too long for a string without memory of its own");
            allocations_left = 0;
            throw thrown;
        });
        co_return rill::response::text("posted");
    });
    running_server server(std::move(routes));
    const auto c = ask(server, "/throw", "posted");
    const auto other = ask(server, "/silent", "begun");
    BOOST_TEST(!other->has_input());
}

BOOST_AUTO_TEST_SUITE_END()
