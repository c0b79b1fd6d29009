// Publishes the events of the peer nchan. Every N ms it sends a POST with CLOCK_REALTIME in nanoseconds on a persistent
// connection.
//
//     nchan_publisher --port PORT --ms N

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Connects to nginx. Tries again for some time, because nginx has just been started.
void connect(tcp::socket& socket, const tcp::endpoint& to)
{
    asio::steady_timer pause(socket.get_executor());
    const auto deadline = steady_clock::now() + 10s;
    boost::system::error_code failure;
    while (socket.connect(to, failure), failure) {
        if (steady_clock::now() > deadline) {
            throw boost::system::system_error(failure, "connect");
        }
        socket.close();
        pause.expires_after(10ms);
        pause.wait();
    }
    socket.set_option(tcp::no_delay(true));
}

void publish(tcp::socket& socket, const std::string& message)
{
    http::request<http::string_body> request(http::verb::post, "/publish", 11, message);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::content_type, "text/plain");
    request.prepare_payload();
    http::write(socket, request);

    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    if (http::to_status_class(response.result()) != http::status_class::successful || !response.keep_alive()) {
        throw std::runtime_error("answer " + std::to_string(response.result_int()));
    }
}

[[noreturn]] void run(std::uint16_t port, std::chrono::milliseconds period)
{
    asio::io_context context;
    tcp::socket socket(context);
    connect(socket, {asio::ip::address_v4::loopback(), port});
    asio::steady_timer timer(context, steady_clock::now());
    for (;;) {
        timer.expires_at(timer.expiry() + period);
        timer.wait();
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        publish(socket, std::to_string(std::chrono::nanoseconds(now).count()));
    }
}

} // namespace

int main(int argc, char** argv)
{
    std::uint16_t port = 0;
    int ms = 0;
    CLI::App cli("Publishes ticks to nginx with nchan");
    cli.add_option("--port", port, "nginx's port")->required();
    cli.add_option("--ms", ms, "time between two ticks, in milliseconds")->required()->check(CLI::Range(1, 86'400'000));
    CLI11_PARSE(cli, argc, argv);
    try {
        run(port, std::chrono::milliseconds(ms));
    } catch (const std::exception& failure) {
        std::cerr << "nchan_publisher: " << failure.what() << '\n';
        return 1;
    }
}
