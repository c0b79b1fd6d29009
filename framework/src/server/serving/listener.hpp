#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <rill/core/timer_service.hpp>

#include "transport/worker_context.hpp"

namespace rill {

/// Accepts the connections of one worker. If descriptors or memory are missing, it pauses and then tries again.
/// Therefore the worker does not end, and it does not loop without a pause.
class listener final : private timer_node
{
public:
    /// @param socket  a listening socket. The listener takes ownership of it.
    listener(transport::worker_context& worker, int socket);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    /// Stops accepting permanently.
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
