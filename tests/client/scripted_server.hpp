#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <rill/core/as_expected.hpp>
#include <rill/core/awaitable.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/manual_loop.hpp"

namespace rill_test {

/// The action of the server after a reply.
enum class then
{
    keep,  ///< reads the next request
    close, ///< closes the connection
    reset, ///< closes it with RST
    hold,  ///< sends nothing and waits until the client closes it
};

struct reply
{
    std::vector<std::string> pieces; ///< the server sends each piece with one write
    then after = then::close;
};

/// A server on the loopback interface. It answers each request with the next reply of the test. It runs on the event
/// loop of the test, which has a manual clock.
class scripted_server
{
public:
    scripted_server(boost::asio::io_context& context, std::vector<reply> replies)
        : acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}), replies_(replies.begin(), replies.end())
    {
        boost::asio::co_spawn(context, accept(), boost::asio::detached);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string url(const std::string& target = "/") const
    {
        return "http://127.0.0.1:" + std::to_string(port()) + target;
    }
    void add(reply r) { replies_.push_back(std::move(r)); }
    void stop_listening() { acceptor_.close(); }
    /// Sends more bytes on the connection that the server holds.
    void send_to_held(std::string_view bytes)
    {
        BOOST_REQUIRE(held_ != nullptr);
        boost::asio::write(*held_, boost::asio::buffer(bytes));
    }

    std::vector<std::string> requests; ///< with their bodies
    int connections = 0;
    int open = 0;           ///< connections that neither side has closed
    int closed_by_peer = 0; ///< connections that the client has closed while the server held them

private:
    using socket = boost::asio::ip::tcp::socket;

    rill::awaitable<> accept()
    {
        for (;;) {
            auto s = co_await acceptor_.async_accept(rill::as_expected);
            if (!s) {
                co_return;
            }
            ++connections;
            boost::asio::co_spawn(acceptor_.get_executor(), serve(std::move(*s)), boost::asio::detached);
        }
    }

    rill::awaitable<> serve(socket s)
    {
        ++open;
        std::string input;
        for (;;) {
            const auto got = co_await read_request(s, input);
            if (!got) {
                break;
            }
            if (replies_.empty()) {
                break;
            }
            const auto r = std::move(replies_.front());
            replies_.pop_front();
            for (const auto& piece : r.pieces) {
                co_await boost::asio::async_write(s, boost::asio::buffer(piece), rill::as_expected);
            }
            if (r.after == then::hold) {
                held_ = &s;
                char byte = 0;
                co_await s.async_read_some(boost::asio::buffer(&byte, 1), rill::as_expected);
                held_ = nullptr;
                ++closed_by_peer;
            } else if (r.after == then::reset) {
                s.set_option(boost::asio::socket_base::linger(true, 0));
            }
            if (r.after != then::keep) {
                break;
            }
        }
        --open;
    }

    rill::awaitable<bool> read_request(socket& s, std::string& input)
    {
        const auto head = co_await boost::asio::async_read_until(s, boost::asio::dynamic_buffer(input), "\r\n\r\n",
                                                                 rill::as_expected);
        if (!head) {
            co_return false;
        }
        std::string request = input.substr(0, *head);
        input.erase(0, *head);
        if (const auto at = request.find("Content-Length: "); at != request.npos) {
            const auto size = std::stoul(request.substr(at + 16));
            while (input.size() < size) {
                char bytes[4096];
                const auto got = co_await s.async_read_some(boost::asio::buffer(bytes), rill::as_expected);
                if (!got) {
                    co_return false;
                }
                input.append(bytes, *got);
            }
            request += input.substr(0, size);
            input.erase(0, size);
        } else if (request.find("Transfer-Encoding: chunked") != request.npos) {
            const auto body = co_await boost::asio::async_read_until(s, boost::asio::dynamic_buffer(input), "0\r\n\r\n",
                                                                     rill::as_expected);
            if (!body) {
                co_return false;
            }
            request += input.substr(0, *body);
            input.erase(0, *body);
        }
        requests.push_back(std::move(request));
        co_return true;
    }

    boost::asio::ip::tcp::acceptor acceptor_;
    std::deque<reply> replies_;
    socket* held_ = nullptr;
};

/// Runs the loop until the condition is true. Does not move the manual clock. Fails if no handler runs for 30 s.
inline void run_until(manual_loop& loop, const std::function<bool()>& condition)
{
    while (!condition()) {
        loop.context.restart();
        BOOST_REQUIRE_MESSAGE(loop.context.run_one_for(std::chrono::seconds(30)) != 0, "nothing happens any more");
    }
}

/// Runs a coroutine to its end. Throws its exceptions.
inline void run(manual_loop& loop, rill::awaitable<> body)
{
    manual_loop::outcome end;
    loop.start(std::move(body), end);
    run_until(loop, [&] { return end.done; });
    if (end.error) {
        std::rethrow_exception(end.error);
    }
}

/// A response with a body of known length.
inline std::string ok(const std::string& body, const std::string& fields = {})
{
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A response without a body.
inline std::string status(const std::string& line, const std::string& fields = {})
{
    return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

inline const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// The value of a field of a request. "-" if the request does not have the field.
inline std::string field_of(const std::string& request, const std::string& name)
{
    const auto at = request.find("\r\n" + name + ": ");
    if (at == request.npos) {
        return "-";
    }
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

} // namespace rill_test
