#include "http/refusal.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/detail/max_retry.hpp>
#include <rill/http/problem.hpp>
#include <string>

#include "http/jitter.hpp"
#include "http/media_type.hpp"

namespace rill {

namespace {

constexpr std::string_view event_stream_type = "text/event-stream";

// Maximum number of turns of the event loop between the end of a connection and the release of its slot.
constexpr int turns_until_free = 4;

std::chrono::milliseconds jittered(std::chrono::milliseconds wait) noexcept
{
    return std::min(detail::jitter::of_this_thread().next(wait, wait), detail::max_retry);
}

} // namespace

namespace detail {

problem too_busy(std::chrono::milliseconds wait, std::string_view why)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(jittered(wait));
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
        response r(status::ok, "retry: " + std::to_string(jittered(wait).count()) + "\n\n", event_stream_type);
        r.set_header("Cache-Control", "no-store");
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
    stream.set_status(refused.status());
    for (const auto& field : refused.fields()) {
        stream.set_header(field.name, field.value);
    }
    stream.set_body(std::move(refused.body()));
    stream.close_connection();
}

awaitable<> yield_before_refusing()
{
    const auto worker = co_await asio::this_coro::executor;
    for (int turn = 0; turn < turns_until_free; ++turn) {
        co_await asio::post(worker, detail::deferred);
    }
}

} // namespace rill
