#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [call]
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

rill::response answer_of(const rill::handler& app, rill::verb method, std::string target)
{
    boost::asio::io_context context;
    rill::request request(method, std::move(target));
    auto answer = boost::asio::co_spawn(context, app(request), boost::asio::use_future);
    context.run(); // returns when the handler has ended
    return answer.get();
}

bool greets()
{
    rill::router app;
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
    const auto answer = answer_of(app, rill::verb::get, "/hello/Ada");
    return answer.status() == rill::status::ok && std::get<std::string>(answer.body()) == "hello, Ada";
}
// [call]

// [clock]
#include <boost/asio/detached.hpp>
#include <rill/core/timer_service.hpp>

rill::awaitable<> remind(int& reminders)
{
    rill::interval every{1h};
    for (;;) {
        co_await every.tick();
        ++reminders;
    }
}

bool reminds_every_hour()
{
    boost::asio::io_context context;
    auto& timers = rill::timer_service::of(context);
    timers.use_manual_clock(); // before anything waits
    int reminders = 0;
    boost::asio::co_spawn(context, remind(reminders), boost::asio::detached);
    context.poll(); // runs the coroutine up to its first wait
    timers.advance(59min);
    context.poll();
    const bool too_early = reminders != 0;
    timers.advance(2min);
    context.poll();
    return !too_early && reminders == 1;
}
// [clock]

// [server]
#include <thread>

std::uint16_t port_of_server_that_runs_until(std::thread& thread, std::function<void()>& stop)
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    auto server = std::make_shared<rill::server>(std::move(app), rill::server_options{.port = 0}); // any free port
    if (const auto listening = server->listen(); !listening) {
        throw std::runtime_error(listening.error().message());
    }
    thread = std::thread([server] { server->run(); });
    stop = [server] { server->stop(); }; // thread-safe: starts the shutdown
    return server->port();
}
// [server]

#include "docs/programs/drive.hpp"

int main()
{
    return drive::verdict([] {
        drive::check(greets(), "a router is a function");
        drive::check(reminds_every_hour(), "the clock moves by hand");
        std::thread thread;
        std::function<void()> stop;
        const auto port = port_of_server_that_runs_until(thread, stop);
        drive::client client(port);
        drive::equal(client.get("/hello").body(), "hello");
        stop();
        client.hang_up();
        thread.join();
    });
}
