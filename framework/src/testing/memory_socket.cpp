#include "testing/memory_socket.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

namespace rill::testing::detail {

namespace {

tl::unexpected<error_code> connection_reset() noexcept
{
    return tl::unexpected(error_code(boost::asio::error::connection_reset));
}

void tell(const std::function<void()>& listener)
{
    if (listener) {
        listener();
    }
}

} // namespace

bool read_allowance::take(std::size_t bytes, const memory_network& network) noexcept
{
    if (std::exchange(moment, network.moment()) != network.moment()) {
        used = 0;
    }
    const bool allowed = used < network.options().max_unread_bytes;
    used += allowed ? bytes : 0;
    return allowed;
}

memory_socket::memory_socket(memory_network& network) : network_(network)
{
    timeout_.owner = this;
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<unacknowledged_timer&>(node).owner->break_off();
        }
    }};
    timeout_.operations = &timer_kind;
}

memory_socket::~memory_socket()
{
    timer_service::remove(timeout_);
}

int memory_socket::accept()
{
    const int descriptor = open();
    held_by_server_ = std::static_pointer_cast<memory_socket>(shared_from_this());
    return descriptor;
}

void memory_socket::send(std::string_view bytes)
{
    if (!vanished_ && !finished_ && !reset_ && !closed_) {
        input_.append(bytes);
        changed();
    }
}

void memory_socket::finish()
{
    if (!vanished_ && !std::exchange(finished_, true)) {
        changed();
    }
}

void memory_socket::leave()
{
    left_ = true;
    finish();
}

void memory_socket::reset()
{
    if (!vanished_) {
        break_off();
    }
}

void memory_socket::vanish()
{
    vanished_ = true;
    reads_ = false;
}

std::string memory_socket::take()
{
    if (reads_) {
        read(SIZE_MAX);
        allowance_.used = 0;
    }
    return std::exchange(received_, {});
}

void memory_socket::read_always(bool reads)
{
    reads_ = reads && !vanished_;
    if (reads_) {
        read(SIZE_MAX);
    }
}

void memory_socket::read(std::size_t max)
{
    if (vanished_) {
        return;
    }
    const auto count = std::min(max, buffers_.size());
    received_.append(buffers_, 0, count);
    buffers_.erase(0, count);
    network_.count_read(count);
    if (count != 0 && std::exchange(blocked_, false)) {
        changed();
    }
}

// Like the kernel, reports the whole state at each change.
void memory_socket::report()
{
    if (target_ != nullptr) {
        reactor_->report(target_, {.readable = !input_.empty() || finished_ || reset_,
                                   .writable = room() != 0 || reset_,
                                   .peer_finished = finished_ || reset_,
                                   .broken = reset_});
    }
}

std::size_t memory_socket::room() const noexcept
{
    const auto& options = network_.options();
    const auto size = std::min(options.send_buffer, max_unsent_) + (vanished_ ? 0 : options.receive_buffer);
    return size > buffers_.size() ? size - buffers_.size() : 0;
}

result<std::size_t> memory_socket::write_some(std::initializer_list<std::string_view> pieces) noexcept
{
    auto& faults = network_.faults();
    const auto limit = faults.next_operation();
    if (limit.fails) {
        break_off();
    }
    if (reset_) {
        return connection_reset();
    }
    const auto max = std::min({room(), limit.max_bytes, faults.left_before_cut(sent_)});
    std::size_t offered = 0;
    std::size_t taken = 0;
    for (const auto piece : pieces) {
        offered += piece.size();
        const auto part = piece.substr(0, max - taken);
        taken += part.size();
        buffers_.append(part);
    }
    sent_ += taken;
    faults.bytes_sent += taken;
    blocked_ = taken < offered;
    after_write();
    return taken;
}

// After a short write, reports the socket, unless the client must read first.
void memory_socket::after_write() noexcept
{
    if (reads_ && allowance_.take(buffers_.size(), network_)) {
        network_.count_read(buffers_.size());
        received_.append(std::exchange(buffers_, {}));
    } else if (reads_ && !std::exchange(allowance_.read_later, true)) {
        network_.read_later([weak = weak_from_this()] {
            if (const auto self = std::static_pointer_cast<memory_socket>(weak.lock())) {
                self->allowance_.read_later = false;
                self->read(self->reads_ ? SIZE_MAX : 0);
            }
        });
    } else if (!reads_ && !buffers_.empty() && on_buffered) {
        on_buffered();
    }
    if (network_.faults().left_before_cut(sent_) == 0 || (left_ && !vanished_)) {
        break_off();
    }
    tell(on_server_action);
    if (blocked_ && room() != 0) {
        blocked_ = false;
        changed();
    }
    if (vanished_ && user_timeout_.count() > 0 && !timeout_.linked()) {
        network_.timers().add(timeout_, network_.timers().after(user_timeout_));
    }
}

void memory_socket::break_off() noexcept
{
    if (!std::exchange(reset_, true)) {
        changed();
        tell(on_server_action);
    }
}

void memory_socket::finish_sending() noexcept
{
    server_finished_ = true;
    tell(on_server_action);
}

result<std::size_t> memory_socket::read_some(char* into, std::size_t size) noexcept
{
    const auto limit = network_.faults().next_operation();
    if (limit.fails) {
        break_off();
        return connection_reset();
    }
    if (input_.empty()) {
        if (reset_) {
            return connection_reset();
        }
        return finished_ ? result<std::size_t>(0) : tl::unexpected(error_code(boost::asio::error::would_block));
    }
    const auto count = std::min({size, limit.max_bytes, input_.size()});
    std::copy_n(input_.begin(), count, into);
    input_.erase(0, count);
    tell(on_server_action);
    if (limit.max_bytes < size && !input_.empty()) {
        changed();
    }
    return count;
}

std::size_t memory_socket::unacknowledged_bytes() noexcept
{
    const auto acknowledged = vanished_ ? 0 : network_.options().receive_buffer;
    return buffers_.size() > acknowledged ? buffers_.size() - acknowledged : 0;
}

void memory_socket::limit_unsent(std::size_t bytes) noexcept
{
    if (bytes != 0) {
        max_unsent_ = bytes;
    }
}

// Like the kernel, resets the connection if the server has unread input. The client then loses the bytes that it has
// not read.
void memory_socket::close() noexcept
{
    const auto self = std::move(held_by_server_);
    timer_service::remove(timeout_);
    closed_ = true;
    server_finished_ = true;
    if (resets_on_close_ || !input_.empty()) {
        server_reset_ = true;
        buffers_.clear();
    }
    release();
    tell(on_server_action);
}

error_code memory_socket::watch(transport::reactor& to, void* target)
{
    reactor_ = &to;
    target_ = target;
    changed();
    return {};
}

} // namespace rill::testing::detail
