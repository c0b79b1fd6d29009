#pragma once

#include <memory>
#include <rill/testing/departure.hpp>
#include <rill/testing/no_answer.hpp>
#include <rill/testing/response.hpp>
#include <string>
#include <string_view>

namespace rill::testing {

namespace detail {
class session;
class client_connection;
} // namespace detail

/// A client's keep-alive connection to a testing::server. It may be moved. The destructor leaves with FIN.
///
/// The functions run the server while they wait. They throw no_answer if the server does not answer within
/// options::patience, and std::logic_error if the server does not exist any more.
class connection
{
public:
    explicit connection(std::shared_ptr<detail::client_connection> impl) noexcept : impl_(std::move(impl)) {}
    connection(connection&&) noexcept = default;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    /// Sends a request and waits for the whole response. Fields of `with` replace those that the kit adds: Host, and
    /// Content-Length for a body.
    response request(std::string_view method, std::string_view target, std::string_view body = {},
                     const fields& with = {});
    response get(std::string_view target, const fields& with = {}) { return request("GET", target, {}, with); }
    response post(std::string_view target, std::string_view body, const fields& with = {})
    {
        return request("POST", target, body, with);
    }

    /// Sends bytes as they are, and lets the server handle them. A response is read by receive() or read_response().
    void send(std::string_view bytes);
    /// Waits for one whole response. For send().
    /// @param to_head the response is to a HEAD request, and has no body
    response read_response(bool to_head = false);
    /// Runs the server until it waits. Returns all bytes that have arrived and that no response has used.
    std::string receive();

    /// Stops to read. Then network_options::receive_buffer and send_buffer fill.
    void stop_reading();
    /// Reads everything at once again.
    void resume_reading();

    /// Sends FIN and still reads: a half-close.
    void finish_sending();
    void disconnect(departure how = departure::fin);

    /// Whether the server has closed or reset the connection. Lets the server handle what is ready before.
    bool closed();
    /// Whether the connection ended with a reset of the server, or of a fault.
    bool was_reset();

private:
    std::shared_ptr<detail::client_connection> impl_;
};

} // namespace rill::testing
