#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <rill/http/detail/body_source.hpp>
#include <string>
#include <string_view>

#include "transport/http1_connection_state.hpp"
#include "transport/request_parser.hpp"

namespace rill::transport {

/// The body of a request, for a handler that reads the body while it arrives. The handler may keep its reader after it
/// has returned. After close(), each read fails.
class http1_request_body final : public rill::detail::body_source
{
public:
    /// `parser` must have read the head. `input` holds the bytes after the head. Both must exist until close().
    http1_request_body(http1_connection_state& connection, request_parser& parser, std::string& input);

    /// Call this function after the handler has returned. It cancels a pending read, and it discards the part of the
    /// body that has arrived. Returns false if the body is not complete. Then no other request may follow on the
    /// connection.
    bool close();

    /// Makes each later read fail.
    void detach() noexcept;

private:
    enum class part : std::uint8_t
    {
        content,
        end,  // all content was delivered, but not the empty piece after it
        over, // the empty piece was delivered too
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
    bool discard_rest();
    void set_missing_bytes(std::uint64_t bytes) noexcept;
    void start_timer();
    void stop_timer() noexcept;

    http1_connection_state* connection_; // null after the handler has returned
    request_parser& parser_;
    std::string& input_;
    std::string content_;                 // the present piece
    std::uint64_t received_;              // bytes
    std::chrono::milliseconds waited_{0}; // total time of all waits
    std::uint32_t wait_began_ = 0;        // ms
    bool waits_ = false;
    bool continue_expected_;
    part part_ = part::content;
    error_code failure_;
};

/// Owns the body of a request while the request is processed. The handler's reader may exist longer.
class lent_body
{
public:
    lent_body() = default;
    lent_body(const lent_body&) = delete;
    lent_body& operator=(const lent_body&) = delete;
    ~lent_body();

    /// Creates the body. The parameters are those of its constructor.
    std::shared_ptr<http1_request_body> lend(http1_connection_state& connection, request_parser& parser,
                                             std::string& input);
    /// Calls http1_request_body::close() and returns its result. Returns true if there is no body.
    bool close();

private:
    std::shared_ptr<http1_request_body> body_;
};

} // namespace rill::transport
