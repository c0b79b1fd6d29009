#include <array>
#include <boost/test/unit_test.hpp>
#include <harness/client/fetch.hpp>
#include <netinet/in.h>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(fetch_test)

namespace {

/// Responds to one request with a text, and closes the connection after the client. An empty text is not sent.
class one_answer
{
public:
    explicit one_answer(std::string text) : text_(std::move(text)), listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        BOOST_REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        BOOST_REQUIRE(::listen(listener_, 1) == 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        thread_ = std::thread([this] { serve(); });
    }
    ~one_answer()
    {
        thread_.join();
        ::close(listener_);
    }

    std::string url;

private:
    void serve() const
    {
        const int socket = ::accept(listener_, nullptr, nullptr);
        std::array<char, 4096> buffer{};
        ::recv(socket, buffer.data(), buffer.size(), 0);
        ::send(socket, text_.data(), text_.size(), MSG_NOSIGNAL);
        if (!text_.empty()) {
            ::shutdown(socket, SHUT_WR);
        }
        ::recv(socket, buffer.data(), buffer.size(), 0);
        ::close(socket);
    }

    std::string text_;
    int listener_;
    std::thread thread_;
};

std::string fetch_from(const std::string& url, std::chrono::milliseconds patience = 10s)
{
    const auto answer = bench::fetch(bench::parse_target(url, false).value(), "/count", patience);
    return answer ? std::to_string(answer->status) + " " + answer->body : "failed: " + answer.error();
}

std::string fetch_answer(const std::string& text)
{
    const one_answer server(text);
    return fetch_from(server.url);
}

} // namespace

BOOST_AUTO_TEST_CASE(complete_responses_are_returned)
{
    BOOST_TEST(fetch_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") == "200 hi");
    BOOST_TEST(fetch_answer("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n") == "404 hi");
}

BOOST_AUTO_TEST_CASE(an_incomplete_response_is_an_error)
{
    for (const auto* bad : {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "HTTP/1.1 200", "what?\r\n"}) {
        BOOST_TEST(fetch_answer(bad).find("failed: http://127.0.0.1:") == 0U, bad);
    }
}

BOOST_AUTO_TEST_CASE(a_timeout_is_an_error)
{
    const one_answer server("");
    BOOST_TEST(fetch_from(server.url, 50ms).find("cannot be fetched") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_port_without_a_listener_is_an_error)
{
    BOOST_TEST(fetch_from("http://127.0.0.1:1").find("failed: http://127.0.0.1:1/count cannot be fetched: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
