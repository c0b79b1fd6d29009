#include <rill/testing/stream.hpp>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include "testing/client_connection.hpp"

namespace rill::testing {

struct stream::state
{
    /// Reads a part of the buffered bytes whenever it fires.
    struct reading_timer : timer_node
    {
        state* owner = nullptr;
    };

    state(std::shared_ptr<detail::client_connection> c, response h);
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state();

    /// Parses the bytes that have arrived.
    void receive();
    /// Runs the server until it waits, and reads.
    void settle();
    bool over();
    bool has_events() const
    {
        return head.status == 200 && head.header("Content-Type").starts_with("text/event-stream");
    }
    std::optional<event> take();
    detail::session& server() { return connection->server(); }
    void read_part();
    void set_timer();
    void stop_timer();

    std::shared_ptr<detail::client_connection> connection;
    response head;
    sse::parser parser;
    std::deque<event> events;
    std::string bytes;
    std::size_t comments = 0;
    std::optional<error_code> failure;
    reading_timer timer;
    std::chrono::milliseconds step{0};
    std::size_t bytes_per_step = 0;
};

stream::state::state(std::shared_ptr<detail::client_connection> c, response h)
    : connection(std::move(c)), head(std::move(h))
{
    parser.on_comment([this](std::string_view) { ++comments; });
    timer.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<reading_timer&>(node).owner->read_part();
        }
    }};
    timer.operations = &timer_kind;
}

stream::state::~state()
{
    stop_timer();
    connection->socket().on_buffered = nullptr;
}

void stream::state::receive()
{
    connection->receive();
    const auto part = connection->reader().take_body();
    bytes += part;
    std::string_view left = part;
    while (!failure) {
        auto parsed = parser.next(left);
        if (!parsed) {
            failure = parsed.error();
        } else if (*parsed) {
            events.push_back(std::move(**parsed));
        } else {
            return;
        }
    }
}

void stream::state::settle()
{
    server().run_ready();
    receive();
    if (server().has_reports()) { // the buffers were full
        server().run_ready();
        receive();
    }
}

bool stream::state::over()
{
    receive();
    return connection->response_over() || failure;
}

std::optional<event> stream::state::take()
{
    if (events.empty()) {
        return std::nullopt;
    }
    auto first = std::move(events.front());
    events.pop_front();
    return first;
}

void stream::state::read_part()
{
    server().end_slow_read(); // of the timer that has fired
    auto& socket = connection->socket();
    socket.read(bytes_per_step);
    if (socket.buffered() != 0) {
        set_timer();
    }
}

void stream::state::set_timer()
{
    auto& timers = server().context().timers;
    if (!timer.linked()) {
        timers.add(timer, timers.after(step));
        server().begin_slow_read();
    }
}

void stream::state::stop_timer()
{
    if (timer.linked()) {
        timer_service::remove(timer);
        server().end_slow_read();
    }
}

stream::stream(std::shared_ptr<detail::client_connection> connection, response head)
    : state_(std::make_unique<state>(std::move(connection), std::move(head)))
{
    auto& s = *state_;
    if (!s.has_events()) {
        s.server().run_until([&s] {
            s.connection->receive();
            return s.connection->response_over();
        });
        s.head.body = s.connection->reader().take_body();
    }
}

stream::stream(stream&& other) noexcept = default;
stream& stream::operator=(stream&& other) noexcept = default;
stream::~stream() = default;

const response& stream::head() const noexcept
{
    return state_->head;
}

event stream::next()
{
    auto e = next_within(state_->server().options().patience);
    if (!e) {
        auto& s = *state_;
        s.connection->fail(s.failure ? "an event (" + s.failure->message() + ")" : std::string("an event"));
    }
    return std::move(*e);
}

std::vector<event> stream::next(std::size_t count)
{
    std::vector<event> all;
    while (all.size() < count) {
        all.push_back(next());
    }
    return all;
}

std::optional<event> stream::next_within(std::chrono::milliseconds time)
{
    auto& s = *state_;
    if (s.events.empty()) {
        s.server().run_until([&s] { return s.over() || !s.events.empty(); }, time);
    }
    return s.take();
}

std::vector<event> stream::rest()
{
    auto& s = *state_;
    if (!s.server().run_until([&s] { return s.over(); })) {
        s.connection->fail("the end");
    }
    return {std::move_iterator(s.events.begin()), std::move_iterator(s.events.end())};
}

bool stream::ended()
{
    state_->settle();
    return state_->over();
}

bool stream::complete()
{
    state_->settle();
    return state_->connection->reader().is_complete();
}

rill::close_reason stream::close_reason()
{
    auto& s = *state_;
    s.settle();
    const auto& ids = s.connection->socket().streams;
    return ids.empty() ? rill::close_reason::open
                       : s.server().record().reason_of(ids.back()).value_or(rill::close_reason::open);
}

rill::close_reason stream::wait_closed()
{
    if (!state_->has_events()) {
        throw std::logic_error("rill::testing: wait_closed() needs an event stream, but the status is " +
                               std::to_string(state_->head.status));
    }
    state_->server().run_until([this] { return close_reason() != rill::close_reason::open; });
    return close_reason();
}

std::size_t stream::comments() const
{
    state_->receive();
    return state_->comments;
}

std::optional<std::chrono::milliseconds> stream::retry() const
{
    state_->receive();
    return state_->parser.retry();
}

const std::string& stream::bytes() const
{
    state_->receive();
    return state_->bytes;
}

void stream::disconnect(departure how)
{
    state_->server().context(); // throws if there is no server
    state_->connection->leave(how);
    state_->server().run_ready();
}

void stream::stop_reading()
{
    auto& s = *state_;
    s.stop_timer();
    s.connection->socket().on_buffered = nullptr;
    s.connection->socket().read_always(false);
}

void stream::read_at(std::size_t bytes_per_second)
{
    constexpr std::size_t most_steps = 100; // per second
    auto& s = *state_;
    const auto rate = std::max<std::size_t>(bytes_per_second, 1);
    const auto steps = std::min(rate, most_steps);
    stop_reading();
    s.step = std::chrono::milliseconds(1000 / steps);
    s.bytes_per_step = rate / steps;
    s.connection->socket().on_buffered = [&s] { s.set_timer(); };
    s.set_timer();
}

void stream::resume_reading()
{
    stop_reading();
    state_->connection->socket().read_always(true);
    state_->server().run_ready();
}

} // namespace rill::testing
