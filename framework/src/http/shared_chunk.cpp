#include <rill/http/shared_chunk.hpp>

#include <cstring>
#include <new>

#include "http/chunk.hpp"

namespace rill {

void shared_chunk::block::frame() noexcept
{
    auto* begin = address(at);
    std::memcpy(begin + size, detail::chunk_end.data(), detail::chunk_end.size());
    const auto* head = detail::put_chunk_head(begin, size);
    chunk_at = at - static_cast<std::uint32_t>(begin - head);
    chunk_size = at - chunk_at + size + static_cast<std::uint32_t>(tailroom);
}

void shared_chunk::release() noexcept
{
    // acq_rel: all accesses of the other owners must happen before the last owner frees the memory.
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        ::operator delete(block_);
    }
}

shared_chunk shared_chunk::copy_of(std::string_view bytes)
{
    if (bytes.empty()) {
        return {};
    }
    auto* made = ::new (::operator new(sizeof(block) + headroom + bytes.size() + tailroom)) block;
    made->at = sizeof(block) + headroom;
    made->size = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(made->address(made->at), bytes.data(), bytes.size());
    made->frame();
    return shared_chunk(made);
}

} // namespace rill
