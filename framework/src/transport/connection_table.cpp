#include "transport/connection_table.hpp"

namespace rill::transport {

void connection_table::reserve(int socket)
{
    const auto needed = static_cast<std::size_t>(socket) + 1;
    if (by_socket_.size() < needed) {
        by_socket_.resize(needed);
    }
}

void connection_table::add(int socket, connection& c) noexcept
{
    by_socket_[static_cast<std::size_t>(socket)] = &c;
    ++size_;
}

void connection_table::remove(int socket) noexcept
{
    by_socket_[static_cast<std::size_t>(socket)] = nullptr;
    --size_;
}

void connection_table::shrink()
{
    while (!by_socket_.empty() && by_socket_.back() == nullptr) {
        by_socket_.pop_back();
    }
    by_socket_.shrink_to_fit();
}

} // namespace rill::transport
