#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rill {

/// A chunk of a body that any number of streams send. It is immutable and reference-counted. It is stored with its
/// framing as a chunk of HTTP/1.1, so that a stream can send it without a change.
///
/// Copying is thread-safe and costs one atomic increment.
class shared_chunk
{
public:
    shared_chunk() = default;
    shared_chunk(const shared_chunk& other) noexcept : block_(other.block_) { acquire(); }
    shared_chunk(shared_chunk&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    shared_chunk& operator=(shared_chunk other) noexcept
    {
        std::swap(block_, other.block_);
        return *this;
    }
    ~shared_chunk() { release(); }

    /// Returns a chunk with a copy of `bytes`. If `bytes` is empty, returns an empty object, because an empty chunk
    /// would end the body.
    static shared_chunk copy_of(std::string_view bytes);

    explicit operator bool() const noexcept { return block_ != nullptr; }

    /// The data of the chunk.
    std::string_view bytes() const noexcept
    {
        return block_ == nullptr ? std::string_view() : block_->text(block_->at, block_->size);
    }

    /// The data with the framing of one chunk (RFC 9112, section 7.1).
    std::string_view chunk() const noexcept
    {
        return block_ == nullptr ? std::string_view() : block_->text(block_->chunk_at, block_->chunk_size);
    }

protected:
    /// The header of the allocation. The data and its framing follow it. Derived types must be trivially destructible.
    struct block
    {
        std::atomic<std::uint32_t> references{1};
        std::uint32_t at = 0;       ///< offset of the data from the header
        std::uint32_t size = 0;     ///< size of the data, in bytes
        std::uint32_t chunk_at = 0; ///< offset of the framed chunk
        std::uint32_t chunk_size = 0;

        char* address(std::uint32_t offset) noexcept { return reinterpret_cast<char*>(this) + offset; }
        std::string_view text(std::uint32_t offset, std::uint32_t length) const noexcept
        {
            return {reinterpret_cast<const char*>(this) + offset, length};
        }

        /// Writes the framing around the data. There must be space for the framing.
        void frame() noexcept;
    };

    /// Space for the framing before and after the data, in bytes.
    static constexpr std::size_t headroom = 10;
    static constexpr std::size_t tailroom = 2;

    /// Takes one reference.
    explicit shared_chunk(block* owned) noexcept : block_(owned) {}

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
