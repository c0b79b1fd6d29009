#include "pubsub/read_queue.hpp"

#include <optional>
#include <utility>

namespace rill::pubsub::detail {

/// One of the active reads. The read ends when its answer arrives, or when the backplane destroys it without an answer.
class read_queue::ticket
{
public:
    ticket(std::weak_ptr<read_queue> queue, backplane::past_read done) noexcept
        : queue_(std::move(queue)), done_(std::move(done))
    {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket() { end(); }

    void answer(result<backplane::page> page)
    {
        const auto done = std::exchange(done_, {});
        end();
        done(std::move(page));
    }

private:
    void end() noexcept
    {
        const auto queue = std::exchange(queue_, {}).lock();
        if (!queue) {
            return;
        }
        try {
            queue->on_end();
        } catch (...) { // memory is exhausted. The next read starts the waiting ones.
            static_cast<void>(queue);
        }
    }

    std::weak_ptr<read_queue> queue_;
    backplane::past_read done_;
};

void read_queue::read(backplane::read_request request, std::weak_ptr<const void> owner, backplane::past_read done)
{
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(request), std::move(owner), std::move(done)});
    }
    start_next();
}

void read_queue::on_end()
{
    {
        const std::lock_guard lock(mutex_);
        --active_;
    }
    start_next();
}

// A backplane may answer inside read_after(). The answer starts the next read. The loop, instead of a recursion, bounds
// the depth of the stack.
void read_queue::start_next()
{
    std::unique_lock lock(mutex_);
    if (starting_) {
        return;
    }
    starting_ = true;
    const struct guard
    {
        std::unique_lock<std::mutex>& lock;
        bool& starting;
        ~guard()
        {
            if (!lock.owns_lock()) {
                lock.lock();
            }
            starting = false;
        }
    } running{lock, starting_};
    while (active_ < max_reads_ && !waiting_.empty()) {
        std::optional<entry> next(std::move(waiting_.front()));
        waiting_.pop_front();
        if (next->owner.expired()) {
            lock.unlock();
            next.reset(); // the destructor of `done` may call this queue
            lock.lock();
            continue;
        }
        ++active_;
        lock.unlock();
        const auto used = std::make_shared<ticket>(weak_from_this(), std::move(next->done));
        plane_.read_after(std::move(next->request),
                          [used](result<backplane::page> page) { used->answer(std::move(page)); });
        lock.lock();
    }
}

} // namespace rill::pubsub::detail
