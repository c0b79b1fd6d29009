#pragma once

#include <rill/pubsub/subscription.hpp>

#include "pubsub/subscriber.hpp"

namespace rill::pubsub::detail {

/// A subscription's place in its worker, which it takes with the first next(): before that nobody knows the worker.
class coroutine_subscriber final : public subscription_base, public subscriber
{
public:
    /// One that has ended before it began.
    explicit coroutine_subscriber(error_code reason) { ended = reason; }
    /// Takes what is in `entry`, unless it throws.
    coroutine_subscriber(std::shared_ptr<event_log> log, event_log::entry& entry, std::string_view last_event_id);
    ~coroutine_subscriber() override;

    void begin(boost::asio::io_context& context) override;
    void cancel(boost::asio::cancellation_type type) override;
    encoded_event place() const override;

    void take(const event_log::found_event& e) override;
    bool serve(std::size_t& budget) override;
    void on_evicted(error_code why) override;
    void on_shutdown() override;

private:
    void go_on();
    void end_without_memory();
    void finish();
    void finish_from_loop(error_code ec);
    void drop();
    void complete(error_code ec, encoded_event event);

    std::shared_ptr<event_log> log_;
    encoded_event held_;                               ///< found already, to be given from the event loop
    boost::asio::io_context* context_ = nullptr;       ///< of the present wait
    std::shared_ptr<coroutine_subscriber*> finishing_; ///< what finishes from the event loop finds this by
    bool aborted_ = false;
    bool end_seen_ = false; ///< a next() has completed with the empty event
};

/// A subscription to what enter() has given, or one that has ended with its error.
subscription make_subscription(const std::shared_ptr<event_log>& log, result<event_log::entry> entry,
                               std::string_view last_event_id);

} // namespace rill::pubsub::detail
