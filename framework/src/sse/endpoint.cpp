#include <rill/sse/endpoint.hpp>

#include <rill/sse/encoder.hpp>
#include <stdexcept>

#include "core/bounded_add.hpp"
#include "http/jitter.hpp"
#include "http/printable.hpp"
#include "http/refusal.hpp"

namespace rill::sse::detail {

namespace {

void check_not_negative(const char* option, std::chrono::milliseconds value)
{
    if (value.count() < 0) {
        throw std::invalid_argument(std::string("sse::endpoint: ") + option + " = " + std::to_string(value.count()) +
                                    " ms: must be 0 or more");
    }
}

// Removes one line end: LF, CR or CRLF (WHATWG HTML, section 9.2.5).
bool remove_line_end(std::string_view& text)
{
    if (!text.ends_with('\n') && !text.ends_with('\r')) {
        return false;
    }
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    return true;
}

// Without an empty line at its end, the client would discard the event.
void check_encoded(const char* option, std::string_view events)
{
    auto text = events;
    if (!events.empty() && !(remove_line_end(text) && remove_line_end(text))) {
        throw std::invalid_argument(std::string("sse::endpoint: ") + option + " = '" + rill::detail::printable(events) +
                                    "': must be empty or end with an empty line");
    }
}

std::string make_filler(std::string_view heartbeat_event)
{
    if (heartbeat_event.empty()) {
        return ":\n\n";
    }
    const auto name = event_name::parse(heartbeat_event);
    std::string filler;
    if (!name || !encode({.data = "", .name = *name}, filler)) {
        throw std::invalid_argument("sse::endpoint: heartbeat_event = '" + rill::detail::printable(heartbeat_event) +
                                    "': must be UTF-8 without CR, LF and NUL");
    }
    return filler;
}

stream_policy make_policy(const endpoint_options& options)
{
    for (const auto& [name, value] : options.headers) {
        if (!headers().add(name, value)) {
            throw std::invalid_argument("sse::endpoint: header '" + name +
                                        "' is invalid: " + make_error_code(error::invalid_header).message());
        }
    }
    const auto heartbeat = options.heartbeat.value_or(default_heartbeat);
    check_not_negative("heartbeat", heartbeat);
    check_not_negative("retry", options.retry.value_or(std::chrono::milliseconds(0)));
    check_not_negative("retry_jitter", options.retry_jitter.value_or(std::chrono::milliseconds(0)));
    check_not_negative("write_timeout", options.write_timeout);
    check_not_negative("retry_after", options.retry_after);
    check_encoded("farewell", options.farewell);
    check_encoded("until_event", options.until_event);
    return {.heartbeat = heartbeat,
            .filler = make_filler(options.heartbeat_event),
            .farewell = options.farewell,
            .until_event = options.until_event,
            .write_timeout = options.write_timeout,
            .finish_on_shutdown = options.finish_on_shutdown};
}

// Requires options.retry.
std::chrono::milliseconds own_retry(const endpoint_options& options)
{
    const auto jitter = options.retry_jitter.value_or(*options.retry / 2);
    return rill::detail::jitter::of_this_thread().next(*options.retry, jitter);
}

} // namespace

stream_route::stream_route(endpoint_options options) : options(std::move(options)), policy(make_policy(this->options))
{}

bool stream_route::try_enter() noexcept
{
    return rill::detail::bounded_add(streams_, 1, options.max_streams == 0 ? SIZE_MAX : options.max_streams);
}

response stream_route::refuse() const
{
    auto r = head();
    refuse_stream(r, options.refusal, options.retry_after, "this stream has its maximum number of clients");
    return r;
}

response stream_route::head() const
{
    response head(status::ok);
    head.set_header("Content-Type", "text/event-stream");
    // without no-transform, a proxy that compresses would buffer
    head.set_header("Cache-Control", "no-cache, no-transform");
    head.set_header("X-Accel-Buffering", "no"); // without this, nginx would buffer
    const auto own = head.fields();
    for (const auto& [name, value] : options.headers) { // the values are valid, see make_policy()
        static_cast<void>(own.contains(name) ? head.fields().set(name, value) : head.fields().add(name, value));
    }
    return head;
}

bool stream_route::note_terms(request& r) const
{
    if (options.stream_tag) {
        if (auto tag = options.stream_tag(r); !tag.empty()) {
            r.set_attribute(rill::stream_tag(std::move(tag)));
        }
    }
    const auto until = options.until ? options.until(r) : std::nullopt;
    if (!until) {
        return true;
    }
    if (*until <= std::chrono::system_clock::now()) {
        return false;
    }
    r.set_attribute(rill::detail::stream_deadline{*until});
    return true;
}

response stream_route::expired() const
{
    auto answer = head();
    std::string events;
    if (options.retry) { // encode() fails for text that is not UTF-8 only
        static_cast<void>(encode({.retry = own_retry(options)}, events));
    }
    answer.set_body(events + options.until_event);
    return answer;
}

response stream_route::with_headers(response answer) const
{
    const auto own = answer.fields();
    for (const auto& [name, value] : options.headers) {
        if (!own.contains(name) && !iequals(name, "Content-Type")) { // the options have the Content-Type of the stream
            static_cast<void>(answer.fields().add(name, value));
        }
    }
    return answer;
}

awaitable<> stream_slot::retry_after_yield()
{
    co_await yield_before_refusing();
    taken_ = route_.try_enter();
}

std::string last_event_id(const request& r, const endpoint_options& options)
{
    if (const auto header = r.header("Last-Event-ID")) {
        return std::string(*header);
    }
    return r.query_parameter(options.last_event_id_parameter).value_or("");
}

void send_start(response_writer& out, const endpoint_options& options, std::string_view start_id)
{
    event first;
    if (const auto id = event_id::parse(start_id); id && !start_id.empty() && is_valid_utf8(start_id)) {
        first.id = *id;
    }
    if (options.retry) {
        first.retry = own_retry(options);
    }
    if (!first.id && !first.retry) {
        return;
    }
    auto& chunk = rill::detail::stream_writer::scratch();
    if (encode(first, chunk)) {
        // The result can be ignored. If the client has disconnected, the first send of the handler fails.
        static_cast<void>(rill::detail::stream_writer::of(out).commit(chunk));
    }
}

} // namespace rill::sse::detail
