#include "dashboard/app.hpp"

#include <rill/pubsub.hpp>

namespace dashboard {

using namespace std::chrono_literals;

// [app]
rill::pubsub::channel make_channel(std::shared_ptr<rill::pubsub::backplane> plane)
{
    const rill::pubsub::channel_options options{
        .replay = {.max_age = 5min}, // later a new viewer does not see a machine that has stopped
        .history = rill::pubsub::everything,
        .slow = rill::pubsub::slow_policy::latest_per_key,
    };
    return rill::pubsub::channel(options, std::move(plane));
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
