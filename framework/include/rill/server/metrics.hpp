#pragma once

#include <functional>
#include <rill/http/handler.hpp>
#include <rill/http/metrics_writer.hpp>

namespace rill {

struct metrics_options
{
    /// Writes what else there is to tell, e.g. a channel's figures (rill/pubsub/metrics.hpp) or those of the
    /// application. Called for each scrape in the worker that answers it; must not block.
    std::function<void(metrics_writer&)> more{};
};

/// Answers a scrape by Prometheus with the figures of the server it runs on: connections, streams by route and close
/// reason, events, bytes, what is unsent, how late timers fire, memory and descriptors of the process. All of them are
/// listed in docs/reference/metrics.md.
///
///     app.get("/metrics", rill::metrics());
///
/// The figures tell outsiders much: serve them where only the operator can reach them. Each worker is asked through its
/// mailbox; one that does not answer within a second is left out, which rill_workers_silent tells.
handler metrics(metrics_options options);
handler metrics();

} // namespace rill
