#pragma once

#include "pubsub/waiter.hpp"

namespace rill::pubsub::detail {

class topic_store;

/// The implementation of a subscription. It joins a dispatcher at the first next(). Before that, its worker is not
/// known.
class coroutine_subscriber final : public waiter
{
public:
    /// Creates a subscription that has already ended.
    explicit coroutine_subscriber(error_code reason) noexcept { ended = reason; }
    /// @param wanted  is moved from, unless the constructor throws
    /// @param with_snapshot  see the parameter `joins` of find_start()
    coroutine_subscriber(std::shared_ptr<topic_store> store, filter_pointer& wanted, std::uint64_t entered,
                         std::string_view last_event_id, bool with_snapshot);
    ~coroutine_subscriber() override;

    void begin(boost::asio::io_context& of) override;
    void cancel(boost::asio::cancellation_type type) override;
    encoded_event position() const override;

private:
    std::shared_ptr<topic_store> store_;
};

/// Subscribes to valid topics. If that is not possible, returns a subscription that has ended with the error.
/// @param joins  see find_start()
subscription make_subscription(const std::shared_ptr<topic_store>& store, std::vector<topic_pattern> topics,
                               std::string_view last_event_id, std::string subscriber_name, bool joins = false);

/// Returns a subscription that has ended with this error.
subscription make_ended_subscription(error_code reason);

} // namespace rill::pubsub::detail
