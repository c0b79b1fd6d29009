#include <rill/core/detail/context_of.hpp>
#include <rill/server/admin.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <ctime>
#include <iterator>
#include <rill/core/shutdown_signal.hpp>
#include <rill/http/problem.hpp>
#include <utility>

#include "http/json_text.hpp"
#include "http/whole_number.hpp"
#include "server/monitor.hpp"
#include "transport/worker_context.hpp"

namespace rill::ops {

namespace {

using transport::stream_report;
using transport::worker_context;

constexpr std::size_t default_limit = 1000;

std::string utc(std::chrono::system_clock::time_point when)
{
    const auto seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void append(std::string& out, const stream_report& s)
{
    const std::chrono::milliseconds age(s.age_ms);
    out.append("{\"id\":").append(std::to_string(s.id)).append(",\"route\":");
    append_json(out, s.route);
    out.append(",\"address\":");
    append_json(out, s.address);
    out.append(",\"since\":\"").append(utc(std::chrono::system_clock::now() - age));
    out.append("\",\"age_ms\":").append(std::to_string(s.age_ms));
    out.append(",\"last_write_ms\":").append(std::to_string(s.quiet_ms));
    out.append(",\"unsent_bytes\":").append(std::to_string(s.unsent_bytes)).append("}");
}

tl::expected<std::size_t, problem> limit_of(const request& r)
{
    const auto given = r.query_parameter("limit");
    if (!given) {
        return default_limit;
    }
    const auto limit = detail::whole_number<std::size_t>(*given);
    if (!limit) {
        return tl::unexpected(
            problem{.status = status::bad_request, .detail = "query parameter 'limit' must be a number from 0 on"});
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
    const question q = [&](worker_context& w) -> std::function<void()> {
        auto theirs = std::make_shared<std::vector<stream_report>>();
        const auto open = w.report_streams(*theirs, *limit);
        return [&, theirs, open] {
            count += open;
            all.insert(all.end(), std::make_move_iterator(theirs->begin()), std::make_move_iterator(theirs->end()));
        };
    };
    static_cast<void>(co_await ask_workers(q));
    std::ranges::sort(all, {}, &stream_report::id);
    all.resize(std::min(all.size(), *limit));
    std::string text = "{\"count\":" + std::to_string(count) + ",\"streams\":[";
    for (const auto& s : all) {
        text += text.back() == '[' ? "" : ",";
        append(text, s);
    }
    text += "]}\n";
    co_return response::json(std::move(text)).header("Cache-Control", "no-store");
}

awaitable<response> tell_ready()
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = detail::context_of(executor);
    const bool leaving = monitor::of(context).leaving || shutdown_signal::of(context).requested();
    response r(leaving ? status::service_unavailable : status::ok, leaving ? "stopping\n" : "ready\n");
    r.header("Cache-Control", "no-store");
    co_return r;
}

awaitable<response> tell_healthy()
{
    co_return response::text("ok\n").header("Cache-Control", "no-store");
}

} // namespace

handler healthz()
{
    return [](request&) { return tell_healthy(); };
}

handler readyz()
{
    return [](request&) { return tell_ready(); };
}

handler streams()
{
    return list_streams;
}

} // namespace rill::ops
