#include <rill/http/refusal.hpp>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/described.hpp>
#include <rill/http/detail/spread.hpp>
#include <rill/http/problem.hpp>
#include <string>

namespace rill {

namespace {

constexpr std::string_view event_stream_type = "text/event-stream";

// So many turns of the event loop may pass from a client's leaving until its place is free.
constexpr int turns_until_gone = 4;

std::chrono::milliseconds own_wait(std::chrono::milliseconds wait) noexcept
{
    return std::min(detail::spread::here().next(wait, wait), detail::longest_retry);
}

} // namespace

namespace detail {

problem too_busy(std::chrono::milliseconds wait, std::string_view why)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(own_wait(wait));
    return {.status = status::service_unavailable,
            .detail = std::string(why),
            .headers = {{"Retry-After", std::to_string(seconds.count())}, {"Cache-Control", "no-store"}}};
}

bool is_event_stream(const response& r) noexcept
{
    return iequals(media_type(r.fields().get("Content-Type").value_or("")), event_stream_type);
}

} // namespace detail

response refuse(refusal how, bool event_stream, std::chrono::milliseconds wait, std::string_view why)
{
    if (how == refusal::retry_event && event_stream) {
        response r(status::ok, "retry: " + std::to_string(own_wait(wait).count()) + "\n\n", event_stream_type);
        r.header("Cache-Control", "no-store");
        r.close_connection();
        return r;
    }
    auto r = to_response(detail::too_busy(wait, why));
    r.close_connection();
    return r;
}

void refuse_stream(response& stream, refusal how, std::chrono::milliseconds wait, std::string_view why)
{
    auto refused = refuse(how, detail::is_event_stream(stream), wait, why);
    stream.status(refused.status());
    for (const auto& field : refused.fields()) {
        stream.header(field.name, field.value);
    }
    stream.body(std::move(refused.body()));
    stream.close_connection();
}

awaitable<> yield_before_refusing()
{
    const auto worker = co_await asio::this_coro::executor;
    for (int turn = 0; turn < turns_until_gone; ++turn) {
        co_await asio::post(worker, detail::deferred);
    }
}

} // namespace rill
