#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rill {

/// A piece of a body that any number of streams send: made once, immutable, shared by counting. It holds its framing as
/// a chunk of HTTP/1.1 too, so that a stream sends it without touching it.
///
/// Copying is thread-safe and costs one atomic increment.
class shared_piece
{
public:
    shared_piece() = default;
    shared_piece(const shared_piece& other) noexcept : block_(other.block_) { acquire(); }
    shared_piece(shared_piece&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    shared_piece& operator=(shared_piece other) noexcept
    {
        std::swap(block_, other.block_);
        return *this;
    }
    ~shared_piece() { release(); }

    /// A piece that holds a copy of `bytes`; none, when they are empty, as an empty chunk would end the body.
    static shared_piece copy_of(std::string_view bytes);

    explicit operator bool() const noexcept { return block_ != nullptr; }

    /// The piece itself; empty when there is none.
    std::string_view bytes() const noexcept
    {
        return block_ == nullptr ? std::string_view() : block_->text(block_->at, block_->size);
    }

    /// The piece as one chunk (RFC 9112, 7.1).
    std::string_view chunk() const noexcept
    {
        return block_ == nullptr ? std::string_view() : block_->text(block_->chunk_at, block_->chunk_size);
    }

    friend bool operator==(const shared_piece& a, const shared_piece& b) noexcept { return a.block_ == b.block_; }

protected:
    /// The head of the one allocation that holds everything. What derives from it must be trivially destructible.
    struct block
    {
        std::atomic<std::uint32_t> references{1};
        std::uint32_t at = 0;       ///< where the piece begins, counted from the head
        std::uint32_t size = 0;     ///< in bytes
        std::uint32_t chunk_at = 0; ///< the same with its framing
        std::uint32_t chunk_size = 0;

        char* address(std::uint32_t offset) noexcept { return reinterpret_cast<char*>(this) + offset; }
        std::string_view text(std::uint32_t offset, std::uint32_t length) const noexcept
        {
            return {reinterpret_cast<const char*>(this) + offset, length};
        }

        /// Writes the framing around the piece, for which there must be room.
        void frame() noexcept;
    };

    /// Room for framing before and behind the piece.
    static constexpr std::size_t front_room = 10;
    static constexpr std::size_t back_room = 2;

    /// Takes over one reference.
    explicit shared_piece(block* owned) noexcept : block_(owned) {}

    const block* get() const noexcept { return block_; }
    block* get() noexcept { return block_; }

private:
    void acquire() const noexcept
    {
        if (block_ != nullptr) {
            block_->references.fetch_add(1, std::memory_order_relaxed);
        }
    }
    void release() noexcept;

    block* block_ = nullptr;
};

} // namespace rill
