#include <rill/pubsub/metrics.hpp>

namespace rill::pubsub {

void write_metrics(metrics_writer& out, const channel_stats& stats, std::string_view name)
{
    const auto counter = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.counter(metric, help, static_cast<double>(value), {{"channel", name}});
    };
    const auto gauge = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.gauge(metric, help, static_cast<double>(value), {{"channel", name}});
    };
    counter("rill_pubsub_published_total", "Events published.", stats.published);
    counter("rill_pubsub_delivered_total", "Events delivered, counted for each stream and handler.", stats.delivered);
    counter("rill_pubsub_dropped_total", "Events that a stream did not get because it was too slow.", stats.dropped);
    counter("rill_pubsub_conflated_total", "Events that were replaced by a newer event of the same key.",
            stats.conflated);
    counter("rill_pubsub_gaps_total", "Streams that began with a gap.", stats.gaps);
    counter("rill_pubsub_timed_out_total", "Streams of an endpoint ended by the write timeout.", stats.timed_out);
    counter("rill_pubsub_over_capacity_total", "Streams of an endpoint ended by the server's limit for queued bytes.",
            stats.over_capacity);
    counter("rill_pubsub_backfill_reads_total", "Pages of the past requested from the backplane.",
            stats.backfill_reads);
    counter("rill_pubsub_backfill_failures_total", "Pages of the past that the backplane failed to read.",
            stats.backfill_failures);
    counter("rill_pubsub_snapshots_total", "Snapshots requested from the application.", stats.snapshots);
    counter("rill_pubsub_snapshot_failures_total", "Snapshots that the application could not give.",
            stats.snapshot_failures);
    const auto evicted = [&](std::string_view why, std::uint64_t value) {
        out.counter(
            "rill_pubsub_evicted_total",
            "Streams ended because their backlog (slow) or the unsent bytes of all streams (full) were too large.",
            static_cast<double>(value), {{"channel", name}, {"why", why}});
    };
    evicted("slow", stats.evicted_slow);
    evicted("full", stats.evicted_full);
    gauge("rill_pubsub_subscribers", "Present streams and subscribed handlers.", stats.subscribers);
    gauge("rill_pubsub_topics", "Present topics.", stats.topics);
    gauge("rill_pubsub_held_events", "Events held for replay.", stats.held_events);
    gauge("rill_pubsub_held_bytes", "Bytes held for replay.", stats.held_bytes);
    gauge("rill_pubsub_unsent_bytes", "Unsent bytes of blocked streams.", stats.unsent_bytes);
}

} // namespace rill::pubsub
