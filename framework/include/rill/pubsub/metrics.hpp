#pragma once

#include <rill/http/metrics_writer.hpp>
#include <rill/pubsub/options.hpp>
#include <string_view>

namespace rill::pubsub {

/// Writes what a channel or a hub counts, labelled channel="NAME", so that several of them can stand on one page:
///
///     app.get("/metrics", rill::ops::metrics({.more = [news](auto& out) { write_metrics(out, news.stats(), "news");
///     }}));
void write_metrics(metrics_writer& out, const statistics& figures, std::string_view name);

} // namespace rill::pubsub
