#include "transport/http1_request_body.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "transport/body_rate.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t piece_size = 64UL * 1024;
// If the handler did not read the body to its end, at most this number of bytes is discarded.
constexpr std::uint64_t max_discarded = 256UL * 1024;

thread_local std::array<char, piece_size> buffer; // its bytes are used before the next co_await

} // namespace

http1_request_body::http1_request_body(http1_connection_state& connection, request_parser& parser, std::string& input)
    : connection_(&connection), parser_(parser), input_(input), received_(input.size()),
      continue_expected_(parser.expects_continue() && input.empty())
{
    limit = connection.worker_.limits.max_streamed_body_bytes;
    whole_limit = connection.worker_.limits.max_body_bytes;
    announced = parser.announced_size();
    set_missing_bytes(parser.missing() - std::min<std::uint64_t>(parser.missing(), input.size()));
}

bool http1_request_body::advance(error_code woken)
{
    stop_timer();
    if (connection_ == nullptr || connection_->reason_ != close_reason::open) {
        return found(asio::error::operation_aborted);
    }
    if (woken) {
        return woken == asio::error::timed_out ? fail(error::body_too_slow) : found(woken);
    }
    switch (part_) {
    case part::content:
        try {
            return read_content();
        } catch (const std::bad_alloc&) { // the received bytes are lost
            return fail(make_error_code(boost::system::errc::not_enough_memory));
        }
    case part::end:
        part_ = part::over;
        return found({});
    case part::over:
        return found(asio::error::eof);
    case part::failed:
        return found(failure_);
    }
    return found(asio::error::operation_aborted);
}

bool http1_request_body::read_content()
{
    if (announced && *announced > limit) {
        return fail(error::body_too_large);
    }
    parser_.set_body_limit(limit);
    content_.clear();
    if (!input_.empty() && take(decode({}))) { // bytes that arrived with the head or with the last piece
        return true;
    }
    if (std::exchange(continue_expected_, false)) {
        connection_->send_bytes("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return read_input();
}

bool http1_request_body::read_input()
{
    for (;;) {
        const auto count = connection_->socket_.read_some(buffer.data(), buffer.size());
        if (!count && count.error() == asio::error::would_block) {
            start_timer();
            return false;
        }
        if (!count || *count == 0) { // incomplete: the event loop cancels the handler
            connection_->set_peer(count ? peer::finished : peer::broken);
            connection_->end(count ? close_reason::peer_closed : close_reason::peer_reset);
            return false;
        }
        received_ += *count;
        if (take(decode({buffer.data(), *count}))) {
            return true;
        }
    }
}

// Unused bytes remain in input_. They are the beginning of a line, or the next request.
request_parser::state http1_request_body::decode(std::string_view received)
{
    if (input_.empty()) {
        const auto state = parser_.read_body(received, content_);
        input_.assign(received);
        return state;
    }
    input_.append(received);
    std::string_view rest(input_);
    const auto state = parser_.read_body(rest, content_);
    input_.erase(0, input_.size() - rest.size());
    return state;
}

// Returns whether the read has a result. The content before an error is delivered before the error. This does not
// depend on how the input was split into pieces.
bool http1_request_body::take(request_parser::state state)
{
    set_missing_bytes(parser_.missing());
    if (state == request_parser::state::rejected) {
        fail(parser_.rejection().status == status::payload_too_large ? error::body_too_large : error::body_malformed);
    } else if (state == request_parser::state::complete) {
        part_ = content_.empty() ? part::over : part::end;
        connection_->advance(progress::body_read);
    }
    if (connection_->peer_ != peer::open) { // cancels a handler that waits for something other than this body
        connection_->check_peer_later();
    }
    if (!content_.empty()) {
        return found({}, content_);
    }
    return part_ == part::failed ? found(failure_) : part_ == part::over && found({});
}

bool http1_request_body::fail(error_code ec)
{
    part_ = part::failed;
    failure_ = ec;
    return found(ec);
}

void http1_request_body::set_missing_bytes(std::uint64_t bytes) noexcept
{
    if (auto* current = connection_->current_request()) {
        current->missing_bytes = bytes;
    }
}

// A waiting read holds no buffer.
void http1_request_body::start_timer()
{
    content_ = {};
    const auto& limits = connection_->worker_.limits;
    const auto by_rate = time_by_rate(limits.min_body_rate, limits.body_grace, received_) - waited_;
    waits_ = true;
    wait_began_ = connection_->worker_.now();
    connection_->set_timer(std::clamp(by_rate, std::chrono::milliseconds(0), limits.body_timeout));
}

void http1_request_body::stop_timer() noexcept
{
    if (std::exchange(waits_, false)) {
        waited_ += std::chrono::milliseconds(connection_->worker_.now() - wait_began_);
        connection_->clear_timer();
    }
}

// If a read already has its result, it completes with this result, also if the wait is aborted.
void http1_request_body::begin_wait(waiting_read read, bool at_once)
{
    connection_->pending().waiting.emplace(std::move(read));
    if (at_once) {
        connection_->defer_abort();
    }
}

void http1_request_body::abort_wait()
{
    if (connection_ != nullptr) {
        connection_->defer_abort();
    }
}

void http1_request_body::drop_wait()
{
    if (connection_ != nullptr) {
        connection_->drop_all();
    }
}

bool http1_request_body::close()
{
    auto& connection = *connection_;
    const bool whole = connection.reason_ == close_reason::open && discard_rest();
    detach();
    if (connection.has_waiter()) { // a read() of a task that still runs after the handler has returned
        connection.complete(asio::error::operation_aborted);
    }
    content_ = {};
    return whole;
}

void http1_request_body::detach() noexcept
{
    if (connection_ != nullptr) {
        stop_timer();
        set_missing_bytes(UINT64_MAX);
        connection_ = nullptr;
    }
}

bool http1_request_body::discard_rest()
{
    if (part_ != part::content) {
        return part_ != part::failed;
    }
    if (parser_.missing() > max_discarded) {
        return false;
    }
    parser_.set_body_limit(UINT64_MAX);
    content_.clear();
    auto state = input_.empty() ? request_parser::state::need_more : decode({});
    for (std::uint64_t discarded = 0; state == request_parser::state::need_more && discarded <= max_discarded;) {
        const auto count = connection_->socket_.read_some(buffer.data(), buffer.size());
        if (!count || *count == 0) {
            break;
        }
        discarded += *count;
        content_.clear();
        state = decode({buffer.data(), *count});
    }
    return state == request_parser::state::complete;
}

lent_body::~lent_body()
{
    if (body_) {
        body_->detach();
    }
}

std::shared_ptr<http1_request_body> lent_body::lend(http1_connection_state& connection, request_parser& parser,
                                                    std::string& input)
{
    body_ = std::make_shared<http1_request_body>(connection, parser, input);
    return body_;
}

bool lent_body::close()
{
    return !body_ || body_->close();
}

} // namespace rill::transport
