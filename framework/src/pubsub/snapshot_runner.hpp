#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "pubsub/snapshot_calls.hpp"
#include "pubsub/topic_store.hpp"

namespace rill::pubsub::detail {

/// Runs calls of channel_options::snapshot in one worker. It cancels a call that takes too long, or whose streams have
/// all left.
///
/// This is an execution-context service. It belongs to the thread that runs the context.
class snapshot_runner : public boost::asio::execution_context::service
{
public:
    using key_type = snapshot_runner;
    static boost::asio::execution_context::id id;

    explicit snapshot_runner(boost::asio::execution_context& context);
    ~snapshot_runner() override;

    static snapshot_runner& of(boost::asio::io_context& context);

    /// Begins a call for a stream with these topics. It runs inside this function until its first wait.
    void run(topic_store& store, const snapshot_calls::call_pointer& call, const topic_filter& topics);

    /// Counts the failure of a snapshot, and reports it to the application.
    /// @param kind  of the topics, see topic_kinds
    static void report_failure(topic_store& store, std::uint32_t kind, std::string_view what);

    /// The number of running calls, and of results that still serve further streams.
    std::size_t size() const noexcept { return tasks_.size(); }

private:
    class task;
    class finisher;

    void shutdown() noexcept override {}
    void cancel(const std::weak_ptr<snapshot_call>& call);

    boost::asio::io_context& io_;
    std::vector<std::unique_ptr<task>> tasks_;
};

} // namespace rill::pubsub::detail
