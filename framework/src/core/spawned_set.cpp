#include <rill/core/detail/spawned_set.hpp>

#include <rill/core/timer_service.hpp>
#include <utility>

#include "core/spawn.hpp"
#include "core/unwinder.hpp"

namespace rill::detail {

struct spawned_set::member : spawned_coroutine
{
    explicit member(spawned_set& s) : set(s) {}

    spawned_set& set;
    bool done = false;
    bool cancelled = false;

    static void on_done(spawned_coroutine& coroutine, const std::exception_ptr& error)
    {
        auto& self = static_cast<member&>(coroutine);
        self.set.finish(self, error);
    }
};

spawned_set::spawned_set(void* owner, ended on_ended) noexcept : owner_(owner), on_ended_(on_ended) {}

spawned_set::~spawned_set() = default;

void spawned_set::start(asio::io_context& context, awaitable<> coroutine)
{
    context_ = &context;
    static_cast<void>(unwinder::of(context)); // created here, so that a cancellation does not allocate it
    // Erases ended members here and not in finish(), because the bottom frame still runs there.
    if (cancelling_ == 0) {
        std::erase_if(members_, [](const auto& m) { return m->done; });
    }
    auto& m = *members_.emplace_back(std::make_unique<member>(*this));
    ++running_;
    spawn<&member::on_done>(context, std::move(coroutine), m);
}

void spawned_set::finish(member& m, const std::exception_ptr& error)
{
    m.done = true;
    --running_;
    on_ended_(owner_, m.cancelled, error);
}

// Uses indexes, and cancels only the members that exist at the beginning. A cancelled coroutine may start another one,
// and it may end inside the call.
void spawned_set::cancel()
{
    if (running_ == 0) {
        return;
    }
    ++cancelling_;
    auto& timers = timer_service::of(*context_);
    for (std::size_t i = 0, count = members_.size(); i < count; ++i) {
        auto& m = *members_[i];
        if (!m.done) {
            m.cancelled = true;
            detail::cancel(timers, m, root_);
        }
    }
    --cancelling_;
}

} // namespace rill::detail
