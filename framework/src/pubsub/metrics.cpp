#include <rill/pubsub/metrics.hpp>

namespace rill::pubsub {

std::string_view to_string(slow_reason reason) noexcept
{
    switch (reason) {
    case slow_reason::backlog:
        return "backlog";
    case slow_reason::not_held:
        return "not_held";
    case slow_reason::unsent:
        return "unsent";
    case slow_reason::write_timeout:
        return "write_timeout";
    case slow_reason::over_capacity:
        return "over_capacity";
    }
    return "unknown";
}

void write_metrics(metrics_writer& out, const statistics& figures, std::string_view name)
{
    const auto counter = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.counter(metric, help, static_cast<double>(value), {{"channel", name}});
    };
    const auto gauge = [&](std::string_view metric, std::string_view help, std::uint64_t value) {
        out.gauge(metric, help, static_cast<double>(value), {{"channel", name}});
    };
    counter("rill_pubsub_published_total", "Events published.", figures.published);
    counter("rill_pubsub_delivered_total", "Events handed to a stream or a handler, once for each.", figures.delivered);
    counter("rill_pubsub_dropped_total", "Events that a stream did not get, as it was too slow.", figures.dropped);
    counter("rill_pubsub_conflated_total", "Events that a newer one of the same key stood in for.", figures.conflated);
    counter("rill_pubsub_gaps_total", "Streams that began with a gap.", figures.gaps);
    counter("rill_pubsub_timed_out_total", "Streams of an endpoint ended by the write timeout.", figures.timed_out);
    counter("rill_pubsub_over_capacity_total", "Streams of an endpoint ended by the server's limit for queued bytes.",
            figures.over_capacity);
    counter("rill_pubsub_past_reads_total", "Pages of the past asked of the backplane.", figures.past_reads);
    counter("rill_pubsub_past_failures_total", "Pages of the past that the backplane could not read.",
            figures.past_failures);
    const auto evicted = [&](std::string_view why, std::uint64_t value) {
        out.counter("rill_pubsub_evicted_total", "Streams ended: slow, for their backlog; full, for all unsent bytes.",
                    static_cast<double>(value), {{"channel", name}, {"why", why}});
    };
    evicted("slow", figures.evicted_slow);
    evicted("full", figures.evicted_full);
    gauge("rill_pubsub_subscribers", "Streams and handlers that listen now.", figures.subscribers);
    gauge("rill_pubsub_topics", "Topics that there are now.", figures.topics);
    gauge("rill_pubsub_held_events", "Events held for replay.", figures.held_events);
    gauge("rill_pubsub_held_bytes", "Bytes held for replay.", figures.held_bytes);
    gauge("rill_pubsub_unsent_bytes", "Bytes that blocked streams hold unsent.", figures.unsent_bytes);
}

} // namespace rill::pubsub
