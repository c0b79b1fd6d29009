#include "pubsub/snapshot_calls.hpp"

#include <utility>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

/// The message that begins a call in a worker. If the worker ends first, it destroys the message. The destructor then
/// passes the call to the worker of another stream.
class snapshot_calls::start_ticket
{
public:
    start_ticket(std::weak_ptr<snapshot_calls> calls, call_pointer call, std::weak_ptr<snapshot_receiver> stream)
        : calls_(std::move(calls)), call_(std::move(call)), stream_(std::move(stream))
    {}
    start_ticket(const start_ticket&) = delete;
    start_ticket& operator=(const start_ticket&) = delete;
    ~start_ticket()
    {
        const auto calls = used_ ? nullptr : calls_.lock();
        if (!calls) {
            return;
        }
        try {
            calls->on_no_start(call_, stream_);
        } catch (...) { // memory is exhausted. The streams wait until their clients leave.
            static_cast<void>(calls);
        }
    }

    void discard() noexcept { used_ = true; }

    void use()
    {
        const auto stream = stream_.lock();
        used_ = stream && stream->begin(call_);
    }

private:
    std::weak_ptr<snapshot_calls> calls_;
    call_pointer call_;
    std::weak_ptr<snapshot_receiver> stream_;
    bool used_ = false;
};

snapshot_calls::call_pointer snapshot_calls::add(call_pointer& present, const std::string& topics,
                                                 snapshot_joiner joiner)
{
    if (!present || present->now == snapshot_call::state::done) {
        if (present) {
            present->snapshot.reset(); // the new result replaces it
        }
        present = std::make_shared<snapshot_call>();
        present->topics = topics;
        queue_.push_back(present);
    }
    present->joiners.push_back(std::move(joiner));
    ++present->waiting;
    return present;
}

void snapshot_calls::leave(const call_pointer& call)
{
    std::function<void()> cancel;
    {
        const std::lock_guard lock(mutex_);
        if (call->now == snapshot_call::state::done || --call->waiting != 0) {
            return;
        }
        call->now = snapshot_call::state::done;
        call->joiners.clear();
        cancel = std::move(call->cancel);
        std::erase(queue_, call);
        remove(*call);
    }
    if (cancel) {
        cancel();
    }
}

void snapshot_calls::on_start(const call_pointer& call, std::function<void()> cancel)
{
    const std::lock_guard lock(mutex_);
    if (call->now != snapshot_call::state::done) {
        call->now = snapshot_call::state::running;
        call->cancel = std::move(cancel);
    }
}

void snapshot_calls::on_no_start(const call_pointer& call, const std::weak_ptr<snapshot_receiver>& stream)
{
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(call->joiners, [&](const snapshot_joiner& j) {
            return !j.receiver.owner_before(stream) && !stream.owner_before(j.receiver);
        });
        deactivate(*call);
        if (call->now != snapshot_call::state::done) {
            queue_.push_front(call);
        }
    }
    start_next();
}

bool snapshot_calls::finish(const call_pointer& call, snapshot_outcome outcome)
{
    std::vector<snapshot_joiner> joiners;
    {
        const std::lock_guard lock(mutex_);
        deactivate(*call);
        if (call->now != snapshot_call::state::done) {
            call->now = snapshot_call::state::done;
            call->snapshot = outcome.value_or(nullptr);
            joiners = std::exchange(call->joiners, {});
            if (!call->snapshot) {
                remove(*call);
            }
        }
        call->cancel = nullptr;
    }
    rill::detail::exception_collector failure; // without memory, one stream gets nothing; the others still do
    for (const auto& j : joiners) {            // if a worker has ended, its streams have ended too
        failure.run([&] {
            static_cast<void>(j.worker.post([stream = j.receiver, outcome] {
                if (const auto alive = stream.lock()) {
                    alive->arrive(outcome);
                }
            }));
        });
    }
    failure.run([&] { start_next(); });
    failure.rethrow();
    return !joiners.empty();
}

void snapshot_calls::forget(const call_pointer& call)
{
    std::shared_ptr<const taken_snapshot> freed; // without the mutex
    const std::lock_guard lock(mutex_);
    remove(*call);
    freed = std::move(call->snapshot);
}

void snapshot_calls::forget_all()
{
    std::vector<call_pointer> freed;
    const std::lock_guard lock(mutex_);
    for (auto& [topics, call] : by_topics_) {
        if (call && call->snapshot) {
            call->snapshot.reset();
            freed.push_back(call);
        }
    }
    for (const auto& call : freed) {
        remove(*call);
    }
}

std::size_t snapshot_calls::size() const
{
    const std::lock_guard lock(mutex_);
    return by_topics_.size();
}

void snapshot_calls::remove(const snapshot_call& call)
{
    const auto found = by_topics_.find(call.topics);
    if (found != by_topics_.end() && found->second.get() == &call) {
        by_topics_.erase(found);
    }
}

void snapshot_calls::deactivate(snapshot_call& call) noexcept
{
    active_ -= std::exchange(call.is_active, false) ? 1 : 0;
}

void snapshot_calls::start_next()
{
    for (;;) {
        call_pointer call;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty() || active_ == max_calls_) {
                return;
            }
            call = std::move(queue_.front());
            queue_.pop_front();
            call->is_active = true;
            ++active_;
        }
        try {
            start(call);
        } catch (...) { // memory is exhausted. The next join() tries again.
            const std::lock_guard lock(mutex_);
            deactivate(*call);
            queue_.push_front(call);
            throw;
        }
    }
}

// Without a message, the ticket must not act.
bool snapshot_calls::post(const snapshot_joiner& to, const std::shared_ptr<start_ticket>& ticket)
{
    bool posted = false;
    rill::detail::exception_collector failure;
    failure.run([&] { posted = to.worker.post([ticket] { ticket->use(); }); });
    if (!posted) {
        ticket->discard();
    }
    failure.rethrow();
    return posted;
}

void snapshot_calls::start(const call_pointer& call)
{
    while (const auto by = next_joiner(*call)) {
        const auto ticket = std::make_shared<start_ticket>(weak_from_this(), call, by->receiver);
        if (post(*by, ticket)) {
            return;
        }
        const std::lock_guard lock(mutex_);
        std::erase_if(call->joiners, [&](const snapshot_joiner& j) { return j.worker == by->worker; });
    }
}

// Returns the stream that begins the call. If all streams of the call have ended, ends the call and returns nothing.
std::optional<snapshot_joiner> snapshot_calls::next_joiner(snapshot_call& call)
{
    const std::lock_guard lock(mutex_);
    std::erase_if(call.joiners, [](const snapshot_joiner& j) { return j.receiver.expired(); });
    if (!call.joiners.empty()) {
        return call.joiners.front();
    }
    deactivate(call);
    call.now = snapshot_call::state::done;
    remove(call);
    return std::nullopt;
}

} // namespace rill::pubsub::detail
