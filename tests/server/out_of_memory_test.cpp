// A server without descriptors or memory.

#include "server/full_machine.hpp"
#include "support/failing_memory.hpp"

BOOST_AUTO_TEST_SUITE(full_machine)

namespace {

/// A server in its own process with a low limit of open files.
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

    /// Sends SIGTERM and waits. Returns the exit status, or -1 if a signal ended the process.
    int stop()
    {
        ::kill(pid_, SIGTERM);
        int status = -1;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// Returns the warnings and errors. Call it after stop().
    std::string log() const
    {
        std::string text;
        char buffer[4096];
        for (ssize_t count = 0; (count = ::read(lines_, buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }

    /// Waits up to 30 seconds for a warning or an error. Returns true if there is one.
    bool warns() const
    {
        pollfd readable{.fd = lines_, .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, 30'000) == 1 && (readable.revents & POLLIN) != 0;
    }

    std::chrono::nanoseconds cpu() const
    {
        long long ns = 0; // the time of the only thread
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

// The process has no free descriptor. The server must not end or use much CPU time. It continues when a descriptor is
// free.
BOOST_AUTO_TEST_CASE(out_of_descriptors)
{
    small_process server(8);
    clients there;
    for (int i = 0; i < 40; ++i) {
        there.push_back(std::make_unique<raw_client>(server.port));
        there.back()->get("/silent");
    }
    BOOST_REQUIRE(there.front()->read_until("begun"));
    BOOST_REQUIRE(server.warns()); // the server has no free descriptor
    const auto before = server.cpu();
    BOOST_TEST(before.count() > 0); // the CPU time is available
    std::this_thread::sleep_for(1s);
    const std::chrono::duration<double, std::milli> used = server.cpu() - before;
    BOOST_TEST_MESSAGE("CPU time in a second without descriptors: " << used.count() << " ms");
    // A server that retries in a loop would use more CPU time than this, even on a busy machine.
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
    BOOST_TEST(there.back()->read_until("begun")); // the server has accepted all waiting clients
    BOOST_TEST(server.stop() == 0);
    const auto log = server.log();
    BOOST_TEST_CONTEXT(log)
    {
        BOOST_TEST(log.starts_with("cannot accept connections for now: "));
        BOOST_TEST(log.find('\n') == log.size() - 1); // only one line
    }
}

BOOST_AUTO_TEST_CASE(bad_alloc_in_a_handler_ends_only_its_stream)
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
    BOOST_TEST(!c->received().ends_with("0\r\n\r\n")); // the client can detect that the body is incomplete
    ask(server, "/throws/too", "HTTP/1.1 500 ");
    BOOST_TEST(eventually([&] { return server.connections() == 1; }));
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_error}));
    const auto log = server.log();
    BOOST_TEST(log.starts_with("stream "));
    BOOST_TEST(log.ends_with(" failed: std::bad_alloc\nhandler of /throws/too failed: std::bad_alloc\n"));
    BOOST_TEST(!other->has_input());
}

// Each allocation during a handler fails once, in the handler and in the library. The stream may end. Nothing else may
// end.
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
                  co_await stream.send(much); // more than fits into the kernel; the rest is queued
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
            // If an allocation of the event loop fails, the stream can still be complete.
            BOOST_TEST((!whole || c.received().find(std::string(100, 'n')) != std::string::npos));
        }
    }
    BOOST_TEST(fails_at > 4); // the loop has tested several allocations
    BOOST_TEST_MESSAGE("allocations that failed: " << fails_at - 1);
    ask(server, "/hello", "\r\n\r\nhello");
    BOOST_TEST(!other->has_input());
}

// Each allocation of a publisher fails once, including the one that wakes the worker. Published events arrive in order,
// at the latest with the next event.
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
    BOOST_TEST(fails_at > 2); // the loop has tested several allocations
    std::size_t place = 0;
    for (const auto& text : due) {
        place = c->received().find("data: " + text, place);
        BOOST_REQUIRE_MESSAGE(place != std::string::npos, text);
    }
    BOOST_TEST_MESSAGE("allocations that failed: " << fails_at - 1);
}

// An exception leaves the event loop, and the allocation for its log line fails.
BOOST_AUTO_TEST_CASE(an_exception_without_memory_for_its_log_line_is_survived)
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
