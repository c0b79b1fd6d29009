#pragma once

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include <sys/resource.h>

#include "server/fixture.hpp"
#include "server/memory_fixture.hpp"

using namespace rill_test;

namespace http {

inline rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.post("/echo", [](rill::request& r) { return rill::response::text(r.body()); });
    app.get("/length", [] {
        return rill::response::text("four")
            .set_header("X-Own", "yes")
            .set_header("Content-Length", "4")
            .set_header("Connection", "keep-alive");
    });
    app.get("/none", [] { return rill::response(rill::status::no_content); });
    app.get("/fails", []() -> rill::awaitable<rill::response> {
        co_await rill::sleep_for(1ms);
        throw std::runtime_error("the reason");
    });
    app.get("/rows", [] {
        return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 3; ++i) {
                co_await out.write("row " + std::to_string(i) + "\n");
            }
        });
    });
    app.get("/big", [] { return rill::response::text(std::string(8 * 1024 * 1024, 'b')); });
    return app;
}

inline std::string get(std::string_view target, std::string_view more = "")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more) + "\r\n";
}

inline const std::string close_after = "Connection: close\r\n";

/// Sends the bytes, reads to the end, and returns the received bytes.
inline std::string talk(running_server& server, const std::string& bytes)
{
    raw_client c(server.port());
    c.send(bytes);
    c.read_to_end();
    return c.received();
}

/// The same in memory.
inline std::string talk(memory_server& server, const std::string& bytes)
{
    memory_client c(server);
    c.send(bytes);
    c.read_to_end();
    return c.received();
}

inline std::size_t occurrences(const std::string& text, std::string_view what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace http
