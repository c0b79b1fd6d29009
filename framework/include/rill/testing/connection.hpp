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

/// A keep-alive connection of a client to a testing::server. It may be moved. The destructor closes the connection with
/// FIN.
///
/// The functions run the server while they wait. They throw no_answer if the server does not answer within
/// options::patience. They throw std::logic_error if the server has been destroyed.
class connection
{
public:
    explicit connection(std::shared_ptr<detail::client_connection> impl) noexcept : impl_(std::move(impl)) {}
    connection(connection&&) noexcept = default;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    /// Sends a request and waits for the whole response. The kit adds Host, and Content-Length if there is a body.
    /// Fields of `with` replace these fields.
    response request(std::string_view method, std::string_view target, std::string_view body = {},
                     const fields& with = {});
    response get(std::string_view target, const fields& with = {}) { return request("GET", target, {}, with); }
    response post(std::string_view target, std::string_view body, const fields& with = {})
    {
        return request("POST", target, body, with);
    }

    /// Sends bytes without a change, and runs the server until it waits. Read the response with receive() or
    /// read_response().
    void send(std::string_view bytes);
    /// Waits for one whole response to bytes that send() has sent.
    /// @param to_head the response is to a HEAD request, and has no body
    response read_response(bool to_head = false);
    /// Runs the server until it waits. Returns all bytes that have arrived and that do not belong to a response that
    /// was read before.
    std::string receive();

    /// Stops reading. The buffers then fill (network_options::receive_buffer and send_buffer).
    void stop_reading();
    /// Ends stop_reading(): from now on, the client reads all bytes immediately.
    void resume_reading();

    /// Sends FIN but continues to read (half-close).
    void finish_sending();
    void disconnect(departure how = departure::fin);

    /// Runs the server until it waits. Returns whether the server has closed or reset the connection.
    bool closed();
    /// Whether the server or a fault has reset the connection.
    bool was_reset();

private:
    std::shared_ptr<detail::client_connection> impl_;
};

} // namespace rill::testing
