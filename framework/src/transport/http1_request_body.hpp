#pragma once

#include <chrono>
#include <cstdint>
#include <rill/http/detail/body_source.hpp>
#include <string>
#include <string_view>

#include "transport/http1_connection.hpp"

namespace rill::transport {

/// The body of a request whose handler reads it while it arrives. The handler may keep its reader for longer than it
/// runs: what is read after close() is an error.
class http1_connection::request_body final : public rill::detail::body_source
{
public:
    /// `parser` has read the head, and `input` holds what has come behind it; both must live until close().
    request_body(http1_connection& connection, request_parser& parser, std::string& input);

    /// The handler has returned: a pending read is cancelled, and the rest of the body is dropped, as far as it has
    /// come. False if it has not come whole: then the connection can't be used for another request.
    bool close();

    /// What is read from now on is an error.
    void detach() noexcept;

private:
    enum class part : std::uint8_t
    {
        content,
        end,  // all content was given, but not the empty piece behind it
        over, // that was given, too
        failed
    };

    bool advance(error_code woken) override;
    bool can_wait() const noexcept override { return connection_ != nullptr; }
    void begin_wait(waiting_read read, bool at_once) override;
    void abort_wait() override;
    void drop_wait() override;

    bool read_content();
    bool read_input();
    request_parser::state decode(std::string_view received);
    bool take(request_parser::state state);
    bool fail(error_code ec);
    bool drop_rest();
    void start_timer();
    void stop_timer() noexcept;

    http1_connection* connection_; // null once the handler has returned
    request_parser& parser_;
    std::string& input_;
    std::string content_;                 // of the present piece
    std::uint64_t received_;              // bytes
    std::chrono::milliseconds waited_{0}; // in all
    std::uint32_t wait_began_ = 0;        // ms
    bool waits_ = false;
    bool continue_expected_;
    part part_ = part::content;
    error_code failure_;
};

} // namespace rill::transport
