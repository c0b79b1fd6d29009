#include <rill/client/event_source.hpp>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <rill/client/url.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/interval.hpp>
#include <rill/core/timer_service.hpp>
#include <stdexcept>

#include "client/backoff.hpp"
#include "client/only_one.hpp"
#include "client/permanent_redirect.hpp"
#include "http/media_type.hpp"
#include "http/printable.hpp"

namespace rill::client {

namespace {

bool is_temporary(unsigned status) noexcept
{
    return status == 408 || status == 429 || status / 100 == 5;
}

// Returns the time of the caller's timer service. A test may control this time.
awaitable<timer_service::clock::time_point> clock_now()
{
    const auto ex = co_await asio::this_coro::executor;
    co_return timer_service::of(rill::detail::context_of(ex)).now();
}

event_source_options checked(event_source_options o)
{
    if (!headers().set("Last-Event-ID", o.last_event_id)) {
        throw std::invalid_argument("event_source: last_event_id = '" + rill::detail::printable(o.last_event_id) +
                                    "': must be a field value without CR, LF and other control characters");
    }
    return o;
}

// Returns whether another attempt would fail with the same error.
bool is_final(const error_code& ec) noexcept
{
    return ec == errc::invalid_url || ec == errc::unsupported_scheme || ec == errc::invalid_redirect ||
           ec == errc::too_many_redirects || ec == error::foreign_executor;
}

} // namespace

struct event_source::state
{
    explicit state(event_source_options o)
        : options(checked(std::move(o))), last_id(options.last_event_id),
          pause(options.initial_backoff, options.max_backoff)
    {}

    // The argument keeps the state, because an awaitable starts when it is awaited, and the source may be destroyed
    // before.
    static awaitable<std::optional<event>> next(std::shared_ptr<state> self);
    awaitable<void> connect();
    awaitable<void> wait();
    awaitable<void> read();
    std::optional<event> parse();
    request make_request() const;
    void on_response(response r, timer_service::clock::time_point now);
    void on_failure(failure f, std::chrono::milliseconds at_least = {});
    void close(failure f, timer_service::clock::time_point now);
    void schedule(std::chrono::milliseconds at_least);
    void finish(failure f);

    event_source_options options;
    std::string last_id;
    detail::backoff pause;
    std::optional<response> open;
    std::optional<sse::parser> parser;
    std::string_view unread; // bytes of `open`
    bool has_event = false;  // `open` has received an event
    timer_service::clock::time_point opened;
    detail::permanent_redirect moved;
    bool is_pending = false; // next()
    unsigned status = 0;
    std::optional<failure> last_failure;
    std::optional<failure> end;
    std::optional<reconnect> planned;                               // before_reconnect has not been called yet
    std::optional<timer_service::clock::time_point> connects_after; // the end of the wait
};

request event_source::state::make_request() const
{
    request r(options.url, options.method, options.body);
    r.headers = options.headers;
    const auto set_default = [&r](std::string_view name, std::string_view value) {
        if (!r.headers.contains(name)) {
            static_cast<void>(r.headers.set(name, value));
        }
    };
    set_default("Accept", "text/event-stream");
    set_default("Cache-Control", "no-cache"); // as browsers do for the cache mode "no-store"
    if (!last_id.empty()) {                   // set() refuses an id that is not a field value
        static_cast<void>(r.headers.set("Last-Event-ID", last_id));
    }
    return r;
}

void event_source::state::finish(failure f)
{
    open.reset();
    last_failure = f;
    end = std::move(f);
}

void event_source::state::schedule(std::chrono::milliseconds at_least)
{
    if (options.max_attempts != 0 && pause.failures() >= options.max_attempts) {
        finish(failure(make_error_code(errc::too_many_attempts), last_failure->message()));
        return;
    }
    planned.emplace(reconnect{*last_failure, pause.failures(), pause.next(at_least)});
}

// Handles a failed attempt.
void event_source::state::on_failure(failure f, std::chrono::milliseconds at_least)
{
    if (is_final(f.code)) {
        finish(std::move(f));
        return;
    }
    last_failure = std::move(f);
    pause.fail();
    schedule(at_least);
}

// Handles the end of an open stream. A short stream without an event counts as a failed attempt. Otherwise the wait
// would not become longer if a server closes each stream at once.
void event_source::state::close(failure f, timer_service::clock::time_point now)
{
    open.reset();
    unread = {};
    if (const auto retry = parser->retry()) {
        pause.set_initial(*retry);
    }
    parser.reset();
    last_failure = std::move(f);
    if (has_event || now - opened >= options.max_backoff) {
        pause.reset();
    } else {
        pause.fail();
    }
    schedule({});
}

void event_source::state::on_response(response r, timer_service::clock::time_point now)
{
    status = r.status();
    const auto where = "request " + r.url() + ": status " + std::to_string(status);
    if (status == 200) {
        const auto type = r.headers().get("Content-Type").value_or("");
        if (!iequals(rill::detail::media_type(type), "text/event-stream")) {
            finish(failure(make_error_code(errc::not_an_event_stream), "request " + r.url()));
            return;
        }
        open.emplace(std::move(r));
        parser.emplace(options.limits, last_id);
        has_event = false;
        opened = now;
    } else if (is_temporary(status)) {
        const auto value = r.headers().get("Retry-After").value_or("");
        const auto time = detail::parse_retry_after(value, std::chrono::system_clock::now());
        on_failure(failure(make_error_code(errc::unavailable), where), time.value_or(std::chrono::milliseconds(0)));
    } else {
        finish(failure(make_error_code(status == 204 ? errc::finished : errc::refused), where));
    }
}

std::optional<event> event_source::state::parse()
{
    auto found = parser->next(unread);
    last_id = parser->last_event_id();
    if (!found) {
        finish(failure(found.error(), "read " + open->url()));
        return std::nullopt;
    }
    if (!*found) {
        return std::nullopt;
    }
    has_event = true;
    return event(std::move(**found));
}

awaitable<void> event_source::state::read()
{
    const auto piece = co_await open->read();
    if (piece && !piece->empty()) {
        unread = *piece;
        co_return;
    }
    const auto now = co_await clock_now();
    if (piece) {
        close(failure(make_error_code(errc::end_of_stream), "read " + open->url()), now);
    } else {
        close(piece.error(), now);
    }
}

// Waits for the time of the reconnect. If the wait is cancelled, the next call continues it.
awaitable<void> event_source::state::wait()
{
    if (!connects_after) {
        if (options.before_reconnect) {
            const auto allowed = co_await options.before_reconnect(*planned);
            if (!allowed) {
                finish(failure(allowed.error(), planned->reason.message()));
                co_return;
            }
        }
        const auto start = co_await clock_now();
        connects_after = start + std::min(planned->wait, timer_service::longest_wait);
    }
    const auto now = co_await clock_now();
    if (*connects_after > now) {
        co_await sleep_for(*connects_after - now);
    }
    connects_after.reset();
    planned.reset();
}

awaitable<void> event_source::state::connect()
{
    if (planned) {
        co_await wait();
    }
    if (end) {
        co_return;
    }
    auto r = make_request();
    if (options.prepare) {
        const auto prepared = co_await options.prepare(r);
        if (!prepared) {
            on_failure(failure(prepared.error(), "prepare the request of " + options.url));
            co_return;
        }
    }
    const auto asked = r.url;
    moved.apply(r);
    const request_timeouts timeouts{.response = options.response_timeout, .idle = options.idle_timeout};
    auto answer = co_await options.client.send(std::move(r), timeouts);
    if (answer) {
        moved = {asked, answer->permanent_url()};
        const auto now = co_await clock_now();
        on_response(std::move(*answer), now);
    } else {
        on_failure(std::move(answer.error()));
    }
}

event_source::event_source(event_source_options options) : state_(std::make_shared<state>(std::move(options))) {}
event_source::event_source(event_source&&) noexcept = default;
event_source& event_source::operator=(event_source&&) noexcept = default;
event_source::~event_source() = default;

awaitable<std::optional<event>> event_source::state::next(std::shared_ptr<state> self)
{
    auto& s = *self;
    const detail::only_one guard(s.is_pending, "event_source::next(): another next() of this source is pending");
    while (!s.end) {
        if (!s.open) {
            co_await s.connect();
            continue;
        }
        auto e = s.parse();
        if (e) {
            co_return e;
        }
        if (s.open) {
            co_await s.read();
        }
    }
    co_return std::nullopt;
}

awaitable<std::optional<event>> event_source::next()
{
    return state::next(state_);
}

const std::optional<failure>& event_source::end() const noexcept
{
    return state_->end;
}

const std::optional<failure>& event_source::last_failure() const noexcept
{
    return state_->last_failure;
}

unsigned event_source::status() const noexcept
{
    return state_->status;
}

bool event_source::is_open() const noexcept
{
    return state_->open.has_value();
}

const std::string& event_source::last_event_id() const noexcept
{
    return state_->last_id;
}

} // namespace rill::client
