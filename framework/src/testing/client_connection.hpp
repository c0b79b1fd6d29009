#pragma once

#include <chrono>
#include <memory>
#include <rill/testing/departure.hpp>
#include <rill/testing/no_answer.hpp>
#include <rill/testing/response.hpp>
#include <string>
#include <string_view>

#include "testing/memory_socket.hpp"
#include "testing/response_reader.hpp"
#include "testing/session.hpp"

namespace rill::testing::detail {

/// An HTTP/1.1 client on a memory_socket.
class client_connection
{
public:
    explicit client_connection(std::shared_ptr<session> session);
    client_connection(const client_connection&) = delete;
    client_connection& operator=(const client_connection&) = delete;
    ~client_connection();

    void send_request(std::string_view method, std::string_view target, std::string_view body, const fields& with);

    /// Waits for the head of the response to a request with this method. Throws no_answer.
    response read_head(std::string_view method);
    /// Waits for the whole response.
    response read_response(std::string_view method);

    /// Moves the bytes that have arrived from the socket to the reader.
    void receive();
    /// Whether the current response has ended: it is complete or has failed.
    bool response_over() const { return reader_.is_complete() || reader_.failure().has_value(); }

    /// Disconnects the client. Does nothing if the client has disconnected already.
    void leave(departure how);

    /// Throws no_answer.
    /// @param what the thing that the kit waited for
    [[noreturn]] void fail(std::string_view what) const;

    memory_socket& socket() noexcept { return *socket_; }
    response_reader& reader() noexcept { return reader_; }
    session& server() noexcept { return *session_; }

private:
    std::shared_ptr<session> session_;
    std::shared_ptr<memory_socket> socket_;
    response_reader reader_;
    std::string request_ = "the bytes that the test has sent"; // for messages
    std::size_t received_ = 0;
    bool left_ = false;
};

} // namespace rill::testing::detail
