#include "core/coroutine_cancellation.hpp"

#include <cstring>
#include <new>
#include <rill/core/detail/cancellation.hpp>
#include <unordered_map>
#include <utility>

namespace rill::detail {

/// The functions of Asio's state. Its type has no public name. All states have the same type.
struct coroutine_cancellation::operations
{
    void (*emit)(void* state, asio::cancellation_type type) = nullptr;
    void (*destroy)(void* state) noexcept = nullptr;
    std::ptrdiff_t slot_offset = 0; ///< from the coroutine_cancellation to the pointer in its slot
};

struct coroutine_cancellation::in_place_slot
{
    coroutine_cancellation& memory;
    operations* found; ///< null if the functions are known

    static constexpr bool is_connected() noexcept { return true; }

    template <class State, class... Filters>
    State& emplace(Filters&&... filters) const
    {
        static_assert(sizeof(State) <= state_size && alignof(State) <= alignof(void*),
                      "this version of Asio has larger states: define RILL_PUBLIC_CO_SPAWN");
        if (found != nullptr) {
            found->emit = [](void* state, asio::cancellation_type type) { (*static_cast<State*>(state))(type); };
            found->destroy = [](void* state) noexcept { static_cast<State*>(state)->~State(); };
        }
        return *::new (static_cast<void*>(memory.state_)) State(std::forward<Filters>(filters)...);
    }
};

namespace {

char* pointer_in(const asio::cancellation_slot& slot) noexcept
{
    char* pointer = nullptr;
    static_assert(sizeof slot == sizeof pointer);
    std::memcpy(&pointer, &slot, sizeof pointer);
    return pointer;
}

thread_local std::unordered_map<const spawned_coroutine*, public_cancellation*> public_cancellations;

} // namespace

const coroutine_cancellation::operations& coroutine_cancellation::state_operations() noexcept
{
    static const operations all = [] {
        operations found;
        coroutine_cancellation* address = nullptr;
        coroutine_cancellation probe(address);
        const asio::cancellation_state state(in_place_slot{probe, &found}, cancellation_filter(),
                                             cancellation_filter());
        found.slot_offset = pointer_in(state.slot()) - reinterpret_cast<char*>(&probe);
        found.destroy(probe.state_);
        return found;
    }();
    return all;
}

asio::cancellation_state coroutine_cancellation::connect() noexcept
{
    return asio::cancellation_state(in_place_slot{*this, nullptr}, cancellation_filter(), cancellation_filter());
}

void coroutine_cancellation::disconnect() noexcept
{
    state_operations().destroy(state_);
}

void coroutine_cancellation::emit(asio::cancellation_type type)
{
    if (replaced_.slot().has_handler()) {
        replaced_.emit(type);
    } else {
        state_operations().emit(state_, type);
    }
}

coroutine_cancellation* coroutine_cancellation::of(const spawned_coroutine& coroutine) noexcept
{
    auto* pointer = pointer_in(coroutine.slot);
    return pointer != nullptr ? reinterpret_cast<coroutine_cancellation*>(pointer - state_operations().slot_offset)
                              : nullptr;
}

public_cancellation::public_cancellation(const spawned_coroutine& coroutine) : coroutine_(&coroutine)
{
    public_cancellations[&coroutine] = this;
}

// The coroutine may have been started again.
public_cancellation::~public_cancellation()
{
    const auto found = public_cancellations.find(coroutine_);
    if (found != public_cancellations.end() && found->second == this) {
        public_cancellations.erase(found);
    }
}

void emit_cancellation(const spawned_coroutine& coroutine, asio::cancellation_type type)
{
    if (auto* own = coroutine_cancellation::of(coroutine)) {
        own->emit(type);
    } else if (const auto found = public_cancellations.find(&coroutine); found != public_cancellations.end()) {
        found->second->signal.emit(type);
    }
}

} // namespace rill::detail
