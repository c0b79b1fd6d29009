#include "pubsub/past_reading.hpp"

#include <boost/asio/error.hpp>

#include "pubsub/event_log.hpp"
#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

namespace {

// One round trip for so many events, and no more of them are in memory for a stream that resumes.
constexpr std::size_t events_per_page = 64;

} // namespace

/// Brings the answer to the worker, from any thread; also where a backplane forgets to answer.
class past_reading::ticket
{
public:
    ticket(std::weak_ptr<past_reading> to, mailbox::address where) : to_(std::move(to)), where_(std::move(where)) {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket()
    {
        if (!used_) {
            hand_in(tl::unexpected(error_code(boost::asio::error::operation_aborted)));
        }
    }

    void hand_in(page_or_error answer)
    {
        used_ = true;
        // A worker that is gone has nobody who reads.
        static_cast<void>(where_.post([to = to_, answer = std::make_shared<page_or_error>(std::move(answer))] {
            if (const auto reading = to.lock()) {
                reading->arrive(std::move(*answer));
            }
        }));
    }

private:
    std::weak_ptr<past_reading> to_;
    mailbox::address where_;
    bool used_ = false;
};

void past_reading::ask(event_log& log, mailbox::address where)
{
    auto used = std::make_shared<ticket>(weak_from_this(), std::move(where));
    now_ = state::asked; // from now on there is an answer in any case
    newest_then_ =
        log.read_after(behind_, events_per_page, [used](page_or_error answer) { used->hand_in(std::move(answer)); });
}

backplane::past_event* past_reading::next()
{
    if (at_ == events_.size()) {
        return nullptr;
    }
    auto& e = events_[at_];
    behind_ = e.id;
    topic_ = e.event.topic();
    return &e;
}

void past_reading::arrive(page_or_error answer)
{
    at_ = 0;
    events_.clear();
    if (answer) {
        events_ = std::move(*answer);
        now_ = events_.empty() ? state::at_end : state::idle;
        begun_ = true;
    } else {
        failure_ = answer.error();
        now_ = state::failed;
    }
    if (owner != nullptr) {
        owner->worker->make_ready(*owner);
    } else if (page) {
        page.complete({});
    }
}

} // namespace rill::pubsub::detail
