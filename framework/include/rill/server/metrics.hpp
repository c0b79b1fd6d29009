#pragma once

#include <functional>
#include <rill/http/handler.hpp>
#include <rill/http/metrics_writer.hpp>

namespace rill::ops {

struct metrics_options
{
    /// Writes further metrics, such as those of a channel (rill/pubsub/metrics.hpp) or of the application. Each scrape
    /// calls this function, in the worker that answers the scrape. It must not block.
    std::function<void(metrics_writer&)> more{};
};

/// Answers a scrape by Prometheus with the metrics of the server: connections, streams by route and close reason,
/// events, bytes, queued bytes, the lateness of timers, and memory and descriptors of the process.
/// docs/reference/metrics.md lists all of them.
///
///     app.get("/metrics", rill::ops::metrics());
///
/// Only operators should be able to reach this route. The handler queries each worker through its mailbox. If a worker
/// does not answer within one second, its metrics are missing, and rill_workers_silent counts the worker.
handler metrics(metrics_options options);
handler metrics();

} // namespace rill::ops
