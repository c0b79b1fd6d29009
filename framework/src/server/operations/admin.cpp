#include <rill/core/detail/context_of.hpp>
#include <rill/server/admin.hpp>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/describe/class.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <rill/core/shutdown_signal.hpp>
#include <rill/http/json.hpp>
#include <rill/http/problem.hpp>
#include <utility>

#include "core/date.hpp"
#include "http/whole_number.hpp"
#include "server/operations/worker_group.hpp"
#include "transport/worker_context.hpp"

namespace rill::ops {

namespace {

using transport::stream_report;
using transport::worker_context;

constexpr std::size_t default_limit = 1000;

/// An entry in the response of streams().
struct stream_entry
{
    std::uint64_t id;
    std::string route;
    std::string address;
    std::string tag;
    std::string since;
    std::uint64_t age_ms;
    std::uint64_t last_write_ms;
    std::size_t unsent_bytes;
};
BOOST_DESCRIBE_STRUCT(stream_entry, (), (id, route, address, tag, since, age_ms, last_write_ms, unsent_bytes))

struct stream_list
{
    std::size_t count;
    std::vector<stream_entry> streams;
};
BOOST_DESCRIBE_STRUCT(stream_list, (), (count, streams))

stream_entry entry_of(stream_report s)
{
    namespace chr = std::chrono;
    const auto begin = chr::system_clock::now() - chr::milliseconds(s.age_ms);
    const auto since = detail::utc_timestamp(chr::floor<chr::seconds>(begin));
    return {.id = s.id,
            .route = std::move(s.route),
            .address = std::move(s.address),
            .tag = std::move(s.tag),
            .since = {since.data(), since.size()},
            .age_ms = s.age_ms,
            .last_write_ms = s.quiet_ms,
            .unsent_bytes = s.unsent_bytes};
}

tl::expected<std::size_t, problem> limit_of(const request& r)
{
    const auto given = r.query_parameter("limit");
    if (!given) {
        return default_limit;
    }
    const auto limit = detail::whole_number<std::size_t>(*given);
    if (!limit) {
        return tl::unexpected(problem{.status = status::bad_request,
                                      .detail = "query parameter 'limit' must be a whole number, 0 or more"});
    }
    return *limit;
}

awaitable<response> list_streams(request& r)
{
    const auto limit = limit_of(r);
    if (!limit) {
        co_return to_response(limit.error());
    }
    std::vector<stream_report> all;
    std::size_t count = 0;
    // A blocked worker may run the query after this coroutine has ended.
    const worker_query query = [&, max = *limit](worker_context& w) -> std::function<void()> {
        auto reports = std::make_shared<std::vector<stream_report>>();
        const auto open = w.report_streams(*reports, max);
        return [&, reports, open] {
            count += open;
            all.insert(all.end(), std::make_move_iterator(reports->begin()), std::make_move_iterator(reports->end()));
        };
    };
    static_cast<void>(co_await query_workers(query));
    std::ranges::sort(all, {}, &stream_report::id);
    all.resize(std::min(all.size(), *limit));
    stream_list list{.count = count, .streams = {}};
    for (auto& s : all) {
        list.streams.push_back(entry_of(std::move(s)));
    }
    co_return response::json(to_json(list) + '\n').set_header("Cache-Control", "no-store");
}

awaitable<response> answer_readiness()
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = detail::context_of(executor);
    const bool shutting_down = worker_group::of(context).shutting_down || shutdown_signal::of(context).requested();
    response r(shutting_down ? status::service_unavailable : status::ok, shutting_down ? "stopping\n" : "ready\n");
    r.set_header("Cache-Control", "no-store");
    co_return r;
}

awaitable<response> answer_health()
{
    co_return response::text("ok\n").set_header("Cache-Control", "no-store");
}

} // namespace

handler healthz()
{
    return [](request&) { return answer_health(); };
}

handler readyz()
{
    return [](request&) { return answer_readiness(); };
}

handler streams()
{
    return list_streams;
}

} // namespace rill::ops
