#include "history/link_proxy.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <tuple>
#include <utility>

namespace history {

namespace asio = boost::asio;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto check_interval = std::chrono::milliseconds(5);

} // namespace

/// The two connections of a client.
struct link_proxy::link
{
    link(tcp::socket c, asio::io_context& context) : client(std::move(c)), server(context) {}

    void reset()
    {
        for (auto* s : {&client, &server}) {
            boost::system::error_code ignored;
            s->set_option(asio::socket_base::linger(true, 0), ignored);
            s->close(ignored);
        }
        is_open = false;
    }

    tcp::socket client, server;
    bool is_open = true;
};

link_proxy::link_proxy(asio::io_context& context, std::uint16_t port, std::uint16_t server_port)
    : context_(context), listener_(context, {asio::ip::address_v4::loopback(), port}),
      server_(asio::ip::address_v4::loopback(), server_port)
{
    asio::co_spawn(context_, accept(), asio::detached);
}

void link_proxy::heal(bool resets)
{
    is_partitioned_ = false;
    if (resets) {
        reset_all();
    }
}

void link_proxy::close()
{
    listener_.close();
    reset_all();
}

void link_proxy::reset_all()
{
    for (const auto& each : std::exchange(links_, {})) {
        if (const auto l = each.lock()) {
            l->reset();
        }
    }
}

asio::awaitable<void> link_proxy::accept()
{
    while (listener_.is_open()) {
        auto accepted = co_await listener_.async_accept(as_result);
        auto& [error, client] = accepted;
        if (error) {
            continue;
        }
        const auto l = std::make_shared<link>(std::move(client), context_);
        std::erase_if(links_, [](const auto& each) { return each.expired(); });
        links_.push_back(l);
        asio::co_spawn(context_, serve(l), asio::detached);
    }
}

asio::awaitable<void> link_proxy::serve(std::shared_ptr<link> l)
{
    const bool healed = co_await wait_until_healed(l);
    if (!healed) {
        co_return;
    }
    const auto connected = co_await l->server.async_connect(server_, as_result);
    if (std::get<0>(connected) || !l->is_open) {
        l->reset();
        co_return;
    }
    boost::system::error_code ignored;
    l->client.set_option(tcp::no_delay(true), ignored);
    l->server.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(context_, forward(l, l->server, l->client), asio::detached);
    co_await forward(l, l->client, l->server);
}

asio::awaitable<void> link_proxy::forward(std::shared_ptr<link> l, tcp::socket& from, tcp::socket& to)
{
    std::array<char, 16'384> bytes;
    for (;;) {
        const auto received = co_await from.async_read_some(asio::buffer(bytes), as_result);
        const auto [error, count] = received;
        const bool healed = co_await wait_until_healed(l);
        if (error || !healed) {
            break;
        }
        const auto sent = co_await asio::async_write(to, asio::buffer(bytes, count), as_result);
        if (std::get<0>(sent)) {
            break;
        }
    }
    l->reset();
}

// Returns false if the connections have been reset.
asio::awaitable<bool> link_proxy::wait_until_healed(std::shared_ptr<link> l)
{
    asio::steady_timer timer(context_);
    while (is_partitioned_ && l->is_open) {
        timer.expires_after(check_interval);
        co_await timer.async_wait(as_result);
    }
    co_return l->is_open;
}

} // namespace history
