#include "transport/http1_closing_phase.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rill::transport {

namespace {

constexpr std::size_t discard_buffer_size = 4UL * 1024;
constexpr int max_reads_per_turn = 64;
constexpr std::uint8_t max_reads_of_refused_head = 8;

constexpr std::chrono::milliseconds check_interval{1'000};

} // namespace

void http1_closing_phase::begin()
{
    auto& c = connection_;
    c.advance(progress::close);
    c.closing_ = {.unacknowledged = UINT32_MAX, .reads_left = 0};
    if (c.peer_ == peer::broken) {
        return c.schedule(next_step::destroy);
    }
    if (c.has_unsent()) {
        return c.set_timer(c.write_timeout());
    }
    c.socket_.finish_sending();
    c.closing_.reads_left = max_reads_of_refused_head;
    c.set_timer(c.worker_.limits.linger_timeout);
    discard_input();
}

void http1_closing_phase::discard_input()
{
    auto& c = connection_;
    std::array<char, discard_buffer_size> ignored; // not initialized: nothing reads it
    for (int i = 0; i < max_reads_per_turn; ++i) {
        if (stops_reading()) {
            if (c.peer_ == peer::broken || (c.peer_ == peer::finished && !c.has_unsent())) {
                c.schedule(next_step::destroy);
            }
            return; // the timer ends the connection later
        }
        const auto received = c.socket_.read_some(ignored.data(), ignored.size());
        if (!received && received.error() == asio::error::would_block) {
            return;
        }
        if (!received || *received == 0) {
            if (!received || !c.has_unsent()) { // after its FIN, a client may still read
                c.schedule(next_step::destroy);
            }
            return;
        }
        c.closing_.reads_left -= c.head_refused_ ? 1 : 0;
    }
    if (c.pending_.step != next_step::destroy) { // other connections run first; the timer ends endless input
        c.schedule(next_step::discard);
    }
}

void http1_closing_phase::on_timer()
{
    auto& c = connection_;
    const auto left = static_cast<std::uint32_t>(c.socket_.unacknowledged_bytes());
    if (left == 0 && !c.has_unsent()) {
        return c.schedule(next_step::destroy);
    }
    if (!c.has_unsent() && std::exchange(c.closing_.unacknowledged, left) > left) {
        c.last_progress_ = c.worker_.now();
    }
    const std::chrono::milliseconds quiet(c.worker_.now() - c.last_progress_);
    if (quiet < c.write_timeout()) {
        return c.set_timer(std::min(c.write_timeout() - quiet, check_interval));
    }
    c.socket_.reset_on_close();
    c.schedule(next_step::destroy);
}

// Only a small part of an endless head is read. Then the receive window of the connection is full, and the client can
// still read the response.
bool http1_closing_phase::stops_reading() const noexcept
{
    return connection_.head_refused_ && connection_.closing_.reads_left == 0;
}

} // namespace rill::transport
