#pragma once

#include <functional>
#include <rill/http/handler.hpp>
#include <rill/http/metrics_writer.hpp>

namespace rill::ops {

struct metrics_options
{
    /// Writes further metrics, such as those of a channel (rill/pubsub/metrics.hpp) or of the application. Each scrape
    /// calls it, in the worker that answers. It must not block.
    std::function<void(metrics_writer&)> more{};
};

/// Answers a scrape by Prometheus with the metrics of the server: connections, streams by route and close reason,
/// events, bytes, queued bytes, the lateness of timers, and memory and descriptors of the process.
/// docs/reference/metrics.md lists all of them.
///
///     app.get("/metrics", rill::ops::metrics());
///
/// Serve it only where the operator can reach it. The handler queries each worker through its mailbox. It leaves out a
/// worker that does not answer within a second, and counts it in rill_workers_silent.
handler metrics(metrics_options options);
handler metrics();

} // namespace rill::ops
