#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <rill/core/timer_service.hpp>

#include "transport/worker_context.hpp"

namespace rill {

/// Accepts the connections of one worker. When descriptors or memory run out, it pauses and then tries again, so that
/// the worker neither ends nor spins.
class listener final : private timer_node
{
public:
    /// @param socket  a listening socket, which the listener owns from now on
    listener(transport::worker_context& worker, int socket);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    /// Stops accepting, for good.
    void close();

private:
    void wait();
    void accept_all();
    void pause(int error);

    transport::worker_context& worker_;
    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> socket_;
    bool short_of_resources_ = false;
    std::chrono::steady_clock::time_point next_log_line_{};
};

} // namespace rill
