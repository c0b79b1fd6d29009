#pragma once

#include <rill/core/interval.hpp>

#include "support/counted.hpp"
#include "transport/http1_connection.hpp"
#include "transport/stage.hpp"

namespace rill_test {

/// A connection to an application with three routes: a handler that waits (/waits), a stream (/stream) and a large
/// response (/much).
struct handled_connection : stage
{
    loopback pair;
    int socket = pair.server;
    rill::transport::http1_connection* streaming = nullptr;

    explicit handled_connection(rill::capacity_limits most = {})
        : stage([this](rill::request& r) { return handle(r); }, most)
    {
        worker.timers.use_manual_clock();
    }

    rill::awaitable<rill::response> handle(rill::request& r)
    {
        counted here;
        if (r.path() == "/waits") {
            co_await rill::sleep_for(1h);
        }
        if (r.path() == "/much") {
            co_return rill::response::text(much());
        }
        if (r.path() == "/stream") {
            co_return rill::response::stream([this](rill::response_writer& out) { return stream(out); });
        }
        co_return rill::response::text("done");
    }

    rill::awaitable<> stream(rill::response_writer& out)
    {
        counted here;
        streaming = &static_cast<rill::transport::http1_connection&>(out);
        co_await out.write("begun");
        co_await rill::sleep_for(1h);
    }

    void begin(std::string_view request)
    {
        accept(pair);
        pair.client_sends(request);
    }
};

} // namespace rill_test
