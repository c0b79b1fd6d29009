#include <rill/http/shared_piece.hpp>

#include <cstring>
#include <new>
#include <rill/http/detail/chunk.hpp>

namespace rill {

void shared_piece::block::frame() noexcept
{
    auto* begin = address(at);
    std::memcpy(begin + size, detail::chunk_end.data(), detail::chunk_end.size());
    const auto* head = detail::put_chunk_head(begin, size);
    chunk_at = at - static_cast<std::uint32_t>(begin - head);
    chunk_size = at - chunk_at + size + static_cast<std::uint32_t>(back_room);
}

void shared_piece::release() noexcept
{
    // The last owner must see all that the others did with the piece before it frees the memory.
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        ::operator delete(block_);
    }
}

shared_piece shared_piece::copy_of(std::string_view bytes)
{
    if (bytes.empty()) {
        return {};
    }
    auto* made = ::new (::operator new(sizeof(block) + front_room + bytes.size() + back_room)) block;
    made->at = sizeof(block) + front_room;
    made->size = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(made->address(made->at), bytes.data(), bytes.size());
    made->frame();
    return shared_piece(made);
}

} // namespace rill
