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

// [files]
rill::router clock_with_page()
{
    auto app = clock_app();
    app.get("/{path...}", rill::static_files("public")); // throws if there is no such directory
    return app;
}
// [files]

#include "docs/programs/drive.hpp"

#include <filesystem>
#include <fstream>

const drive::beside_main test([](std::uint16_t port, const auto& begin_stop) {
    drive::client stream(port);
    drive::equal(stream.get("/clock").status(), 200);
    const auto shown = std::stoll(drive::next_data(stream));
    drive::check(shown <= std::time(nullptr) && shown > std::time(nullptr) - 60,
                 "the stream's time is the present one");

    std::filesystem::create_directory("public");
    std::ofstream("public/index.html") << "<!doctype html>";
    drive::served with_page(clock_with_page());
    drive::equal(drive::client(with_page.port()).get("/").body(), "<!doctype html>");
    begin_stop();
    drive::ends(stream);
});
