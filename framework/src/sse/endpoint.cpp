#include <rill/sse/endpoint.hpp>

#include <rill/http/detail/spread.hpp>
#include <rill/http/refusal.hpp>
#include <rill/sse/encoder.hpp>
#include <stdexcept>

namespace rill::sse::detail {

namespace {

void not_negative(const char* option, std::chrono::milliseconds value)
{
    if (value.count() < 0) {
        throw std::invalid_argument(std::string("sse::endpoint: ") + option + " = " + std::to_string(value.count()) +
                                    " ms: must be 0 or more");
    }
}

stream_policy make_policy(const endpoint_options& options)
{
    for (const auto& [name, value] : options.headers) {
        if (!headers().add(name, value)) {
            throw std::invalid_argument("sse::endpoint: header '" + name +
                                        "' is not allowed: " + make_error_code(error::invalid_header).message());
        }
    }
    const auto heartbeat = options.heartbeat.value_or(default_heartbeat);
    not_negative("heartbeat", heartbeat);
    not_negative("retry", options.retry.value_or(std::chrono::milliseconds(0)));
    not_negative("retry_jitter", options.retry_jitter.value_or(std::chrono::milliseconds(0)));
    not_negative("write_timeout", options.write_timeout);
    not_negative("retry_after", options.retry_after);
    return {.heartbeat = heartbeat,
            .filler = ":\n\n",
            .farewell = options.farewell,
            .write_timeout = options.write_timeout,
            .finish_on_shutdown = options.finish_on_shutdown};
}

} // namespace

stream_route::stream_route(endpoint_options options) : options(std::move(options)), policy(make_policy(this->options))
{}

bool stream_route::enter() noexcept
{
    if (streams_.fetch_add(1, std::memory_order_relaxed) < options.max_streams || options.max_streams == 0) {
        return true;
    }
    leave();
    return false;
}

response stream_route::refuse() const
{
    auto r = head();
    refuse_stream(r, options.refusal, options.retry_after, "this stream has as many clients as it may have");
    return r;
}

response stream_route::head() const
{
    response head(status::ok);
    head.header("Content-Type", "text/event-stream");
    head.header("Cache-Control", "no-cache, no-transform"); // no-transform: a compressing proxy would buffer
    head.header("X-Accel-Buffering", "no");                 // the same for nginx
    const auto own = head.fields();
    for (const auto& [name, value] : options.headers) { // which are allowed: see make_policy()
        static_cast<void>(own.contains(name) ? head.fields().set(name, value) : head.fields().add(name, value));
    }
    return head;
}

response stream_route::marked(response answer) const
{
    const auto own = answer.fields();
    for (const auto& [name, value] : options.headers) {
        if (!own.contains(name) && !iequals(name, "Content-Type")) { // which is the stream's
            static_cast<void>(answer.fields().add(name, value));
        }
    }
    return answer;
}

awaitable<> stream_place::ask_again()
{
    co_await yield_before_refusing();
    taken_ = route_.enter();
}

std::string last_event_id(const request& r, const endpoint_options& options)
{
    if (const auto header = r.header("Last-Event-ID")) {
        return std::string(*header);
    }
    return r.query_parameter(options.last_event_id_parameter).value_or("");
}

void send_start(response_writer& out, const endpoint_options& options, std::string_view place)
{
    event first;
    if (const auto id = event_id::parse(place); id && !place.empty() && is_valid_utf8(place)) {
        first.id = *id;
    }
    if (options.retry) {
        const auto jitter = options.retry_jitter.value_or(*options.retry / 2);
        first.retry = rill::detail::spread::here().next(*options.retry, jitter);
    }
    if (!first.id && !first.retry) {
        return;
    }
    auto& piece = response_writer::scratch();
    if (encode(first, piece)) {
        // Its outcome is the stream's: a client that is gone already shows in the handler's first send.
        static_cast<void>(out.commit(piece));
    }
}

} // namespace rill::sse::detail
