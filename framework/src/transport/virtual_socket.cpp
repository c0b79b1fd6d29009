#include "transport/virtual_socket.hpp"

#include <utility>
#include <vector>

namespace rill::transport {

namespace {

using socket_table = std::vector<virtual_socket*>;

socket_table& sockets_of_this_thread() noexcept
{
    thread_local socket_table sockets;
    return sockets;
}

} // namespace

virtual_socket& virtual_socket::at(int descriptor) noexcept
{
    return *sockets_of_this_thread()[static_cast<std::size_t>(number_of(descriptor))];
}

int virtual_socket::open(int first)
{
    auto& sockets = sockets_of_this_thread();
    auto number = static_cast<std::size_t>(first);
    while (number < sockets.size() && sockets[number] != nullptr) {
        ++number;
    }
    if (number >= sockets.size()) {
        sockets.resize(number + 1);
    }
    sockets[number] = this;
    number_ = static_cast<int>(number);
    return number_ | tag;
}

void virtual_socket::release() noexcept
{
    auto& sockets = sockets_of_this_thread();
    const auto number = static_cast<std::size_t>(std::exchange(number_, -1));
    if (number < sockets.size() && sockets[number] == this) {
        sockets[number] = nullptr;
    }
}

} // namespace rill::transport
