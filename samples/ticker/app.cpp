#include "ticker/app.hpp"

#include <atomic>
#include <ctime>

namespace ticker {

namespace {

/// One viewer, for the lifetime of the object. When the client disconnects, the destructors in the handler run.
class viewer
{
public:
    viewer() { ++count; }
    viewer(const viewer&) = delete;
    viewer& operator=(const viewer&) = delete;
    ~viewer() { --count; }

    static inline std::atomic<int> count{0};
};

std::string tick_text()
{
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    std::tm utc{};
    ::gmtime_r(&now.tv_sec, &utc);
    char time[32];
    std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
    char text[96];
    std::snprintf(text, sizeof text, R"({"time":"%s.%03ldZ","viewers":%d})", time, now.tv_nsec / 1'000'000,
                  viewer::count.load());
    return text;
}

using period = rill::query<"ms", rill::bounded<int, 10, 60000>, 2000>;

rill::awaitable<> ticks(rill::sse::event_stream& stream, period ms)
{
    viewer here;
    rill::interval every{std::chrono::milliseconds(ms)};
    for (auto id = stream.last_event_number() + 1;; ++id) {
        co_await every.tick();
        co_await stream.send({.data = tick_text(), .id = id});
    }
} // after the client has disconnected, the pending co_await is cancelled and the destructors run

} // namespace

rill::router app(const std::string& directory)
{
    using namespace std::chrono_literals;
    rill::router app;
    app.get("/ticks", rill::sse::endpoint(ticks, {.retry = 1s, .cors = rill::middleware::cors()}));
    app.get("/{path...}", rill::static_files(directory.empty() ? TICKER_PUBLIC : directory));
    return app;
}

} // namespace ticker
