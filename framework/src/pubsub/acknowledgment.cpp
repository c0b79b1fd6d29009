#include "pubsub/acknowledgment.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <utility>

namespace rill::pubsub::detail {

namespace asio = boost::asio;

namespace {

/// The acknowledgments for which the coroutines of one worker wait. An acknowledgment owns the coroutine, which owns
/// the acknowledgment. This service ends that cycle when the context shuts down.
class acknowledgments : public asio::execution_context::service
{
public:
    using key_type = acknowledgments;
    static asio::execution_context::id id;

    explicit acknowledgments(asio::execution_context& context) : asio::execution_context::service(context) {}

    void add(acknowledgment& a) { waiting_.push_back(a); }

private:
    void shutdown() noexcept override
    {
        while (!waiting_.empty()) {
            const auto first = waiting_.front().shared_from_this();
            first->drop();
        }
    }

    boost::intrusive::list<acknowledgment, boost::intrusive::base_hook<acknowledgment_hook>,
                           boost::intrusive::constant_time_size<false>>
        waiting_;
};

asio::execution_context::id acknowledgments::id;

} // namespace

/// The part of the callback that its copies share.
class acknowledgment::ticket
{
public:
    explicit ticket(std::shared_ptr<acknowledgment> to) noexcept : to_(std::move(to)) {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket() { hand_in(tl::unexpected(make_error_code(error::outcome_unknown))); }

    void hand_in(outcome_type outcome) { to_->set(std::move(outcome)); }

private:
    std::shared_ptr<acknowledgment> to_;
};

backplane::appended acknowledgment::callback()
{
    return [used = std::make_shared<ticket>(shared_from_this())](outcome_type outcome) {
        used->hand_in(std::move(outcome));
    };
}

void acknowledgment::set(outcome_type outcome)
{
    mailbox::address worker;
    {
        const std::lock_guard lock(mutex_);
        if (outcome_) {
            return;
        }
        outcome_.emplace(std::move(outcome));
        worker = std::exchange(worker_, {});
    }
    // The post fails if no coroutine waits, or if the worker has ended.
    static_cast<void>(worker.post([self = shared_from_this()] { self->complete({}); }));
}

std::optional<acknowledgment::outcome_type> acknowledgment::outcome() const
{
    const std::lock_guard lock(mutex_);
    return outcome_;
}

// The outcome may have arrived since the caller looked.
void acknowledgment::begin(asio::io_context& context)
{
    asio::use_service<acknowledgments>(context).add(*this);
    auto worker = mailbox::of(context).get_address();
    {
        const std::lock_guard lock(mutex_);
        if (!outcome_) {
            worker_ = std::move(worker);
            return;
        }
    }
    static_cast<void>(worker.post([self = shared_from_this()] { self->complete({}); }));
}

// The coroutine continues from the event loop, because the caller is the cancellation slot of its handler.
void acknowledgment::cancel(asio::io_context& context, asio::cancellation_type type)
{
    if (!rill::detail::ends_operation(type)) {
        return;
    }
    if (rill::detail::destroys_coroutine()) {
        drop();
    } else {
        asio::post(context, [self = shared_from_this()] { self->complete(asio::error::operation_aborted); });
    }
}

void acknowledgment::complete(error_code ec)
{
    unlink();
    if (waiting_) {
        waiting_.complete(ec);
    }
}

void acknowledgment::drop()
{
    const auto self = shared_from_this(); // the coroutine may hold the last reference
    unlink();
    waiting_.reset();
}

} // namespace rill::pubsub::detail
