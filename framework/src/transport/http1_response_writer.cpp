#include "transport/http1_response_writer.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "http/chunk.hpp"

namespace rill::transport {

namespace {

// Frames the piece. Its headroom holds the size.
[[gnu::always_inline]] inline std::string_view chunk_of(std::string& piece)
{
    constexpr auto headroom = rill::detail::stream_writer::headroom;
    const auto size = piece.size() - headroom;
    piece.append(detail::chunk_end);
    auto* begin = piece.data() + headroom;
    auto* head = detail::put_chunk_head(begin, size);
    return {head, static_cast<std::size_t>(begin - head) + size + detail::chunk_end.size()};
}

} // namespace

const stream_policy http1_response_writer::default_policy{};

http1_response_writer::~http1_response_writer()
{
    if (has_unsent()) {
        worker_.stats.unsent_bytes -= unsent_size();
        --worker_.stats.blocked;
    }
}

std::size_t http1_response_writer::unsent_size() const noexcept
{
    const auto* unsent = unsent_data();
    return unsent != nullptr ? unsent->queued - unsent->taken : 0;
}

response_writer::write_state http1_response_writer::commit(std::string& piece)
{
    if (reason_ != close_reason::open) {
        return write_state::closed;
    }
    ++worker_.stats.events;
    return send_piece(piece);
}

// While a head is held, the body counts as not chunked. Therefore the check for a held head costs nothing for the later
// pieces of a chunked body.
http1_response_writer::held_head::held_head(http1_response_writer& writer, std::string_view head) noexcept
    : writer_(writer), head_(head), chunked_(std::exchange(writer.chunked_, false))
{
    current_ = this;
}

http1_response_writer::held_head::~held_head()
{
    if (const auto head = take(writer_); !head.empty()) {
        writer_.send_bytes(head);
    }
}

std::string_view http1_response_writer::held_head::take(http1_response_writer& of) noexcept
{
    if (current_ == nullptr || &current_->writer_ != &of) {
        return {};
    }
    of.chunked_ = current_->chunked_;
    return std::exchange(current_, nullptr)->head_;
}

response_writer::write_state http1_response_writer::send_piece(std::string& piece)
{
    if (piece.size() == headroom) { // an empty chunk would end the body
        return write_state::sent;
    }
    return chunked_ ? send_bytes(chunk_of(piece)) : send_unframed(piece);
}

response_writer::write_state http1_response_writer::send_unframed(std::string& piece)
{
    const auto head = held_head::take(*this);
    const auto bytes = chunked_ ? chunk_of(piece) : std::string_view(piece).substr(headroom);
    return head.empty() ? send_bytes(bytes) : send_bytes(head, bytes);
}

response_writer::write_state http1_response_writer::send_bytes(std::string_view bytes)
{
    return has_unsent() ? queue(bytes) : send_first(bytes, nullptr); // queued bytes must be sent first
}

response_writer::write_state http1_response_writer::send_bytes(std::string_view first, std::string_view second)
{
    if (has_unsent() || second.empty()) {
        const auto outcome = send_bytes(first);
        return outcome == write_state::closed || second.empty() ? outcome : send_bytes(second);
    }
    const auto sent = socket_.write_some({first, second});
    if (!sent) {
        on_broken(close_reason::peer_reset);
        return write_state::closed;
    }
    last_progress_ = worker_.now();
    worker_.stats.bytes += *sent;
    if (*sent == first.size() + second.size()) {
        return write_state::sent;
    }
    const bool kept =
        *sent >= first.size() ? keep_unsent(second, nullptr, *sent - first.size()) : keep_unsent(first, nullptr, *sent);
    if (!kept) {
        return overflow();
    }
    on_blocked();
    return *sent >= first.size() ? write_state::queued : queue(second);
}

response_writer::write_state http1_response_writer::put(const shared_chunk& piece)
{
    if (reason_ != close_reason::open) {
        return write_state::closed;
    }
    if (!chunked_) [[unlikely]] {
        return put_unframed(piece);
    }
    const auto bytes = piece.chunk();
    if (bytes.empty()) { // an empty chunk would end the body
        return write_state::sent;
    }
    ++worker_.stats.events;
    return has_unsent() ? queue(bytes) : send_first(bytes, &piece);
}

response_writer::write_state http1_response_writer::put_unframed(const shared_chunk& piece)
{
    if (piece.bytes().empty()) {
        return write_state::sent;
    }
    ++worker_.stats.events;
    const auto head = held_head::take(*this);
    const auto bytes = framed(piece);
    if (!head.empty()) {
        return send_bytes(head, bytes);
    }
    return has_unsent() ? queue(bytes) : send_first(bytes, &piece);
}

// If `piece` is not null, it holds the bytes, and they are not copied.
response_writer::write_state http1_response_writer::send_first(std::string_view bytes, const shared_chunk* piece)
{
    const auto sent = socket_.write_some(bytes);
    if (!sent) {
        on_broken(close_reason::peer_reset);
        return write_state::closed;
    }
    last_progress_ = worker_.now();
    worker_.stats.bytes += *sent;
    if (*sent == bytes.size()) {
        return write_state::sent;
    }
    if (!keep_unsent(bytes, piece, *sent)) {
        return overflow();
    }
    on_blocked();
    return write_state::queued;
}

bool http1_response_writer::keep_unsent(std::string_view bytes, const shared_chunk* piece, std::size_t sent)
{
    try {
        auto unsent = std::make_unique<unsent_bytes>(worker_.shared_capacity);
        if (!unsent->share.grow(bytes.size() - sent)) {
            return false;
        }
        if (piece != nullptr) {
            unsent->piece = *piece;
            unsent->sent = sent;
        } else {
            unsent->bytes.assign(bytes.substr(sent));
        }
        unsent->queued = bytes.size() - sent;
        unsent->began = worker_.now();
        pending().unsent = std::move(unsent);
        worker_.stats.unsent_bytes += bytes.size() - sent;
        ++worker_.stats.blocked;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

response_writer::write_state http1_response_writer::queue(std::string_view bytes)
{
    auto& unsent = *unsent_data();
    try {
        if (unsent.share.grow(bytes.size())) {
            unsent.discard_sent();
            unsent.bytes.append(bytes);
            unsent.queued += bytes.size();
            worker_.stats.unsent_bytes += bytes.size();
            return write_state::queued;
        }
    } catch (const std::bad_alloc&) { // handled like a full queue
    }
    return overflow();
}

void http1_response_writer::unsent_bytes::discard_sent()
{
    if (!piece && sent > bytes.size() / 2) {
        bytes.erase(0, sent);
        sent = 0;
    }
}

// The connection must end, because the body cannot continue without this chunk.
response_writer::write_state http1_response_writer::overflow()
{
    worker_.shared_capacity.overflows.fetch_add(1, std::memory_order_relaxed);
    on_broken(close_reason::over_capacity);
    return write_state::closed;
}

bool http1_response_writer::flush()
{
    while (auto* unsent = unsent_data()) {
        const auto first = unsent->piece ? framed(unsent->piece) : std::string_view(unsent->bytes);
        const auto left = first.substr(unsent->sent);
        const auto sent = socket_.write_some(left);
        if (!sent) {
            return false;
        }
        if (*sent == 0) {
            return true;
        }
        last_progress_ = worker_.now();
        worker_.stats.bytes += *sent;
        worker_.stats.unsent_bytes -= *sent;
        unsent->sent += *sent;
        unsent->taken += *sent;
        unsent->share.shrink(*sent);
        if (*sent < left.size()) {
            continue;
        }
        if (unsent->piece && !unsent->bytes.empty()) {
            unsent->piece = {};
            unsent->sent = 0;
        } else {
            pending_->unsent.reset();
            release_pending();
            --worker_.stats.blocked;
            on_unblocked();
        }
    }
    return true;
}

void http1_response_writer::set_policy(const stream_policy& policy)
{
    policy_ = &policy;
    // A peer that has disappeared acknowledges nothing. The TCP user timeout detects it before the second missed
    // heartbeat. The kernel counts from its first retransmission. The write timeout applies to a peer that acknowledges
    // but does not read.
    const auto missed = std::max(policy.heartbeat / 4 * 3, write_timeout());
    if (policy.heartbeat.count() > 0 && missed < worker_.limits.tcp_user_timeout) {
        socket_.set_tcp_user_timeout(missed);
    }
}

std::chrono::milliseconds http1_response_writer::write_timeout() const noexcept
{
    return policy_->write_timeout.count() > 0 ? policy_->write_timeout : worker_.limits.write_timeout;
}

bool http1_response_writer::stop_requested() const noexcept
{
    return worker_.draining();
}

} // namespace rill::transport
