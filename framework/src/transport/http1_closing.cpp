// The last phase of a connection: all was said, and its client shall have it.

#include <algorithm>
#include <array>

#include "transport/http1_connection.hpp"
#include "transport/socket.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t discard_buffer_size = 4UL * 1024;
constexpr int max_reads_per_turn = 64;
constexpr std::uint8_t max_reads_of_refused_head = 8;

constexpr std::chrono::milliseconds look_again{1'000};

} // namespace

// Closing with unread input would reset the connection, and the last bytes might be lost on the way (RFC 9112, 9.6):
// say that we are done, and read until the client is.
void http1_connection::close_politely()
{
    phase_ = phase::closing;
    if (broken_) {
        return then(next_step::vanish);
    }
    if (unsent_) {
        return set_timer(write_timeout());
    }
    finish_sending(socket_);
    reads_left_ = max_reads_of_refused_head;
    set_timer(worker_.limits.linger_timeout);
    discard_input();
}

void http1_connection::discard_input()
{
    std::array<char, discard_buffer_size> ignored; // not initialised: nobody reads it
    for (int i = 0; i < max_reads_per_turn; ++i) {
        if (reads_no_more()) {
            if (broken_ || (peer_finished_ && !unsent_)) {
                then(next_step::vanish);
            }
            return; // the deadline is the end
        }
        const auto received = receive_some(socket_, ignored.data(), ignored.size());
        if (!received && received.error() == asio::error::would_block) {
            return;
        }
        if (!received || *received == 0) {
            if (!received || !unsent_) { // after its FIN a client may still be reading
                then(next_step::vanish);
            }
            return;
        }
        reads_left_ -= head_refused_ ? 1 : 0;
    }
    if (next_ != next_step::vanish) {
        then(next_step::discard); // the others have their turn; a flood without end meets the deadline
    }
}

// Who takes what is left, however slowly, shall have it: also what is with the kernel, which a reset would throw away.
void http1_connection::on_closing_timer()
{
    const auto left = static_cast<std::uint32_t>(unacknowledged_bytes(socket_));
    if (left == 0 && !unsent_) {
        return then(next_step::vanish);
    }
    if (!unsent_ && std::exchange(outstanding_, left) > left) {
        last_progress_ = worker_.now();
    }
    const std::chrono::milliseconds quiet(worker_.now() - last_progress_);
    if (quiet < write_timeout()) {
        return set_timer(std::min(write_timeout() - quiet, look_again));
    }
    reset_on_close(socket_);
    then(next_step::vanish);
}

// Who sends a head without an end is not read much further: the window closes, and the answer can still be read.
bool http1_connection::reads_no_more() const noexcept
{
    return head_refused_ && reads_left_ == 0;
}

} // namespace rill::transport
