#pragma once

#include <rill/http/metrics_writer.hpp>
#include <rill/pubsub/options.hpp>
#include <string_view>

namespace rill::pubsub {

/// Writes the counters of a channel or a hub with the label channel="NAME". The page may contain several channels:
///
///     const auto more = [news](auto& out) { write_metrics(out, news.stats(), "news"); };
///     app.get("/metrics", rill::ops::metrics({.more = more}));
void write_metrics(metrics_writer& out, const channel_stats& stats, std::string_view name);

} // namespace rill::pubsub
