// [program]
#include <ctime>
#include <rill/rill.hpp>
#include <string>

using namespace std::chrono_literals;

std::string current_time()
{
    return std::to_string(std::time(nullptr)); // seconds since 1970
}

rill::awaitable<> send_time(rill::sse::event_stream& stream)
{
    rill::interval every{1s};
    for (;;) {
        co_await every.tick();
        co_await stream.send({.data = current_time()});
    }
}

rill::router clock_app()
{
    rill::router app;
    app.get("/clock", rill::sse::endpoint(send_time));
    return app;
}

int main()
{
    return rill::serve(clock_app, {.port = 8080});
}
// [program]

// [listening]
#include <iostream>

// Listens on the first free port of ten, starting at options.port.
int serve_beside_others(rill::server_options options)
try {
    for (int tries = 0; tries != 10; ++tries, ++options.port) {
        rill::server server(clock_app(), options);
        const auto listening = server.listen();
        if (!listening && listening.error().code == std::errc::address_in_use) {
            continue;
        }
        if (!listening) {
            std::clog << listening.error().message() << '\n'; // e.g. "bind 192.0.2.1:8080: Cannot assign ..."
            return 1;
        }
        return server.run_until_signalled() ? 0 : 1;
    }
    return 1;
} catch (const std::exception& e) { // an invalid route or option
    std::clog << e.what() << '\n';
    return 1;
}
// [listening]

// [files]
rill::router clock_with_page()
{
    auto app = clock_app();
    app.get("/{path...}", rill::static_files("public")); // throws if there is no such directory
    return app;
}
// [files]

#include "docs/programs/drive.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

namespace {

void check_page()
{
    std::filesystem::create_directory("public");
    std::ofstream("public/index.html") << "<!doctype html>";
    drive::served with_page(clock_with_page());
    drive::equal(drive::client(with_page.port()).get("/").body(), "<!doctype html>");
}

void check_refusals()
{
    drive::heard heard;
    drive::equal(serve_beside_others({.host = "192.0.2.1"}), 1);
    heard.wait_for("bind 192.0.2.1:8080: Cannot assign");
    drive::equal(serve_beside_others({.threads = 5000}), 1);
    heard.wait_for("server_options: threads = 5000: must be from 0 to 1024\n");
}

/// Runs a second server on the next port until `begin_stop` is called.
void check_next_port(const std::function<void()>& begin_stop)
{
    drive::served occupied(clock_app());
    std::promise<std::string> listening;
    auto result = std::async(std::launch::async, [&] {
        return serve_beside_others(
            {.port = occupied.port(), .on_listening = [&](const std::string& url) { listening.set_value(url); }});
    });
    drive::guarded([&] {
        auto url = listening.get_future();
        if (url.wait_for(drive::client::patience) != std::future_status::ready) {
            throw std::runtime_error("serve_beside_others() does not listen");
        }
        const auto port = std::stoul(url.get().substr(std::strlen("http://127.0.0.1:")));
        drive::check(port > occupied.port() && port < occupied.port() + 10U, "the port is one of the next nine");
        drive::client stream(static_cast<std::uint16_t>(port));
        drive::equal(stream.get("/clock").status(), 200);
        begin_stop();
        drive::ends(stream);
    });
    begin_stop(); // even if a check has thrown, because result.get() waits for the end
    drive::equal(result.get(), 0);
}

} // namespace

const drive::beside_main test([](std::uint16_t port, const auto& begin_stop) {
    drive::client stream(port);
    drive::equal(stream.get("/clock").status(), 200);
    const auto shown = std::stoll(drive::next_data(stream));
    drive::check(shown <= std::time(nullptr) && shown > std::time(nullptr) - 60,
                 "the stream's time is the present one");

    check_page();
    check_refusals();
    check_next_port(begin_stop);
    drive::ends(stream);
});
