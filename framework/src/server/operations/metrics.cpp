#include <rill/core/detail/context_of.hpp>
#include <rill/server/metrics.hpp>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/core/timer_service.hpp>
#include <utility>

#include "server/operations/process_metrics.hpp"
#include "server/operations/worker_group.hpp"
#include "transport/worker_context.hpp"

namespace rill::ops {

namespace {

using transport::route_stats;
using transport::worker_context;
using transport::worker_stats;
using lateness = timer_service::lateness;

// The sums over all workers.
struct totals
{
    worker_stats figures;
    lateness late;
    std::size_t connections = 0;
    std::size_t workers = 0;

    void add(const worker_stats& f, const lateness& l, std::size_t open)
    {
        figures.add(f);
        for (std::size_t i = 0; i < l.counts.size(); ++i) {
            late.counts[i] += l.counts[i];
        }
        late.sum += l.sum;
        connections += open;
        ++workers;
    }
};

double number(std::uint64_t value)
{
    return static_cast<double>(value);
}

void write_routes(metrics_writer& out, const std::vector<route_stats>& routes)
{
    for (const auto& r : routes) {
        out.gauge("rill_streams", "Streams open now.", number(r.open), {{"route", r.route}});
        out.counter("rill_streams_opened_total", "Streams opened.", number(r.opened), {{"route", r.route}});
        for (std::size_t i = 1; i < r.closed.size(); ++i) {
            const auto reason = to_string(static_cast<close_reason>(i));
            if (reason != "unknown") {
                out.counter("rill_streams_closed_total", "Streams closed, by reason.", number(r.closed[i]),
                            {{"route", r.route}, {"reason", reason}});
            }
        }
    }
}

void write_connections(metrics_writer& out, const totals& t)
{
    const auto& f = t.figures;
    out.gauge("rill_connections", "Connections open now.", number(t.connections));
    out.counter("rill_connections_accepted_total", "Connections accepted.", number(f.accepted));
    out.counter("rill_accept_errors_total", "Failures to accept, out of descriptors or memory.",
                number(f.accept_errors));
    static constexpr std::array<std::string_view, 6> classes{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t i = 1; i < classes.size(); ++i) {
        out.counter("rill_responses_total", "Responses by the class of their status.", number(f.responses[i]),
                    {{"code", classes[i]}});
    }
}

void write_events(metrics_writer& out, const totals& t)
{
    const auto& f = t.figures;
    out.counter("rill_stream_events_total", "Events, or chunks of other bodies, written to streams.", number(f.events));
    out.counter("rill_sent_bytes_total", "Bytes written to sockets, heads and framing included.", number(f.bytes));
    out.gauge("rill_unsent_bytes", "Bytes queued for slow clients.", number(f.unsent_bytes));
    out.gauge("rill_blocked_connections", "Connections with queued bytes.", number(f.blocked));
    std::array<double, lateness::buckets - 1> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        bounds[i] = number(std::uint64_t{1} << i) / 1000;
    }
    out.histogram("rill_timer_lateness_seconds",
                  "Delay of timers after their deadlines, for handlers, heartbeats and timeouts.", bounds,
                  t.late.counts, std::chrono::duration<double>(t.late.sum).count());
}

awaitable<response> scrape(std::shared_ptr<const metrics_options> options)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = detail::context_of(executor);
    totals all;
    const worker_query query = [&all](worker_context& w) -> std::function<void()> {
        return
            [&all, figures = w.stats, late = w.timers.late(), open = w.connections()] { all.add(figures, late, open); };
    };
    const auto silent = co_await query_workers(query);
    metrics_writer out;
    const bool shutting_down = worker_group::of(context).shutting_down || shutdown_signal::of(context).requested();
    out.gauge("rill_workers", "Workers that answered this scrape.", number(all.workers));
    out.gauge("rill_workers_silent", "Workers that did not answer within a second.", number(silent));
    out.gauge("rill_ready", "1 while the server wants work, 0 after a shutdown has begun.", shutting_down ? 0 : 1);
    write_connections(out, all);
    write_routes(out, all.figures.routes);
    write_events(out, all);
    write_process_metrics(out);
    if (options->more) {
        options->more(out);
    }
    co_return response(status::ok, out.text(), metrics_writer::content_type).set_header("Cache-Control", "no-store");
}

} // namespace

handler metrics(metrics_options options)
{
    return [shared = std::make_shared<const metrics_options>(std::move(options))](request&) { return scrape(shared); };
}

handler metrics()
{
    return metrics(metrics_options());
}

} // namespace rill::ops
