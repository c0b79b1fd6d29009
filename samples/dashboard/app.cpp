#include "dashboard/app.hpp"

#include <rill/pubsub.hpp>

namespace dashboard {

using namespace std::chrono_literals;

// [app]
rill::pubsub::channel make_channel()
{
    return rill::pubsub::channel({
        .history = rill::pubsub::everything,
        .slow = rill::pubsub::slow_policy::latest_per_key,
    });
}

rill::router app(const rill::pubsub::channel& figures, const std::string& directory)
{
    rill::router app;
    app.get("/figures", rill::sse::endpoint(figures, {.retry = 1s}));
    app.get("/{path...}", rill::static_files(directory.empty() ? DASHBOARD_PUBLIC : directory));
    return app;
}
// [app]

} // namespace dashboard
