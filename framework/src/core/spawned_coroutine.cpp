#include <rill/core/detail/spawned_coroutine.hpp>

namespace rill::detail {

void* spawned_coroutine::user_data() const noexcept
{
    const auto* entry = cancelled();
    return entry != nullptr ? entry->user_data : user_data_;
}

void spawned_coroutine::user_data(void* memory) noexcept
{
    if (auto* entry = cancelled()) {
        entry->user_data = memory;
    } else {
        user_data_ = static_cast<std::byte*>(memory);
    }
}

void spawned_coroutine::set_cancelled(cancellation_entry& entry) noexcept
{
    entry.user_data = user_data();
    user_data_ = reinterpret_cast<std::byte*>(&entry) + 1;
}

void spawned_coroutine::clear_cancelled() noexcept
{
    user_data_ = static_cast<std::byte*>(user_data());
}

} // namespace rill::detail
