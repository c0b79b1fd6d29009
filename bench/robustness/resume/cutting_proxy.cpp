#include "robustness/resume/cutting_proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <memory>
#include <tuple>
#include <utility>

namespace resume {

namespace asio = boost::asio;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto pause_without_descriptors = std::chrono::milliseconds(10);

/// Closes the socket. The peer gets RST instead of FIN, and this end needs no TIME_WAIT.
void reset(asio::ip::tcp::socket& s)
{
    boost::system::error_code ignored;
    s.set_option(asio::socket_base::linger(true, 0), ignored);
    s.close(ignored);
}

} // namespace

/// The two connections of a client.
struct cutting_proxy::link
{
    link(tcp::socket c, asio::io_context& context) : client(std::move(c)), server(context), life(context) {}

    bool is_cut() const { return !client.is_open(); }
    /// Closes both without a cut, after one side has ended.
    void close()
    {
        boost::system::error_code ignored;
        client.close(ignored);
        reset(server);
        life.cancel();
    }

    tcp::socket client, server;
    asio::steady_timer life;
    bool is_due = false; ///< the next piece of the server is cut
};

cutting_proxy::cutting_proxy(asio::io_context& context, std::uint16_t port, std::uint16_t server_port, cut_plan plan)
    : context_(context), listener_(context, {asio::ip::address_v4::loopback(), port}),
      server_(asio::ip::address_v4::loopback(), server_port), plan_(plan), random_(plan.seed)
{
    asio::co_spawn(context_, accept(), asio::detached);
}

std::size_t cutting_proxy::draw(std::size_t below)
{
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
}

asio::awaitable<void> cutting_proxy::accept()
{
    asio::steady_timer pause(context_);
    while (listener_.is_open()) {
        auto accepted = co_await listener_.async_accept(as_result);
        auto& [error, client] = accepted;
        if (!error) {
            asio::co_spawn(context_, serve(std::move(client)), asio::detached);
        } else if (error != asio::error::operation_aborted) {
            pause.expires_after(pause_without_descriptors);
            co_await pause.async_wait(as_result);
        }
    }
}

asio::awaitable<void> cutting_proxy::serve(tcp::socket client)
{
    const auto l = std::make_shared<link>(std::move(client), context_);
    ++counts_.connections;
    const auto connected = co_await l->server.async_connect(server_, as_result);
    if (std::get<0>(connected)) {
        ++counts_.failed;
        l->close();
        co_return;
    }
    const auto spread = static_cast<std::size_t>(plan_.spread.count());
    const auto life = plan_.life - std::chrono::milliseconds(draw(spread + 1));
    asio::co_spawn(context_, end_of_life(l, life), asio::detached);
    boost::system::error_code ignored;
    l->client.set_option(tcp::no_delay(true), ignored);
    l->server.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(context_, forward_requests(l), asio::detached);
    co_await forward_responses(l);
}

asio::awaitable<void> cutting_proxy::forward_requests(std::shared_ptr<link> l)
{
    std::array<char, 1024> bytes;
    while (!l->is_cut()) {
        const auto received = co_await l->client.async_read_some(asio::buffer(bytes), as_result);
        const auto [error, count] = received;
        if (error) {
            break;
        }
        const auto sent = co_await asio::async_write(l->server, asio::buffer(bytes, count), as_result);
        if (std::get<0>(sent)) {
            break;
        }
    }
    l->close();
}

asio::awaitable<void> cutting_proxy::forward_responses(std::shared_ptr<link> l)
{
    std::array<char, 4096> bytes;
    while (!l->is_cut()) {
        const auto received = co_await l->server.async_read_some(asio::buffer(bytes), as_result);
        const auto [error, count] = received;
        if (error) {
            break;
        }
        const bool is_last = l->is_due;
        const auto forwarded = is_last ? draw(count) : count;
        const auto sent = co_await asio::async_write(l->client, asio::buffer(bytes, forwarded), as_result);
        if (std::get<0>(sent)) {
            break;
        }
        if (is_last && !l->is_cut()) {
            ++counts_.inside;
            cut(*l);
        }
    }
    l->close();
}

asio::awaitable<void> cutting_proxy::end_of_life(std::shared_ptr<link> l, std::chrono::milliseconds life)
{
    const auto window = std::min(plan_.window, life);
    l->life.expires_after(life - window);
    co_await l->life.async_wait(as_result);
    l->is_due = true;
    if (l->is_cut()) {
        co_return;
    }
    l->life.expires_after(window);
    co_await l->life.async_wait(as_result);
    if (!l->is_cut()) {
        cut(*l);
    }
}

void cutting_proxy::cut(link& l)
{
    ++counts_.cuts;
    if (draw(2) == 0) {
        ++counts_.resets;
        reset(l.client);
    }
    l.close();
}

proxy_counts& proxy_counts::operator+=(const proxy_counts& other) noexcept
{
    connections += other.connections;
    cuts += other.cuts;
    inside += other.inside;
    resets += other.resets;
    failed += other.failed;
    return *this;
}

std::string to_text(const proxy_counts& c)
{
    return "connections " + std::to_string(c.connections) + " cuts " + std::to_string(c.cuts) + " inside " +
           std::to_string(c.inside) + " resets " + std::to_string(c.resets) + " failed " + std::to_string(c.failed) +
           "\n";
}

proxy_counts parse_counts(const std::string& text)
{
    unsigned long c[5]{};
    const auto found = std::sscanf(text.c_str(), "connections %lu cuts %lu inside %lu resets %lu failed %lu", &c[0],
                                   &c[1], &c[2], &c[3], &c[4]);
    return found == 5 ? proxy_counts{c[0], c[1], c[2], c[3], c[4]} : proxy_counts{};
}

} // namespace resume
