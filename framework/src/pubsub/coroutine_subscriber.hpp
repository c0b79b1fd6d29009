#pragma once

#include "pubsub/waiter.hpp"

namespace rill::pubsub::detail {

class topic_store;

/// The implementation of a subscription. It joins a dispatcher with the first next(), because its worker is not known
/// before.
class coroutine_subscriber final : public waiter
{
public:
    /// A subscription that has ended before it began.
    explicit coroutine_subscriber(error_code reason) noexcept { ended = reason; }
    /// @param wanted  taken, unless the constructor throws
    coroutine_subscriber(std::shared_ptr<topic_store> store, filter_pointer& wanted, std::uint64_t entered,
                         std::string_view last_event_id);
    ~coroutine_subscriber() override;

    void begin(boost::asio::io_context& of) override;
    void cancel(boost::asio::cancellation_type type) override;
    encoded_event position() const override;

private:
    std::shared_ptr<topic_store> store_;
};

/// Subscribes to valid topics. A subscription that is not possible has ended with the error.
subscription make_subscription(const std::shared_ptr<topic_store>& store, std::vector<topic_pattern> topics,
                               std::string_view last_event_id, std::string subscriber_name);

/// A subscription that has ended with this error.
subscription make_ended_subscription(error_code reason);

} // namespace rill::pubsub::detail
