#include "server/serving/end_streams.hpp"

#include <memory>
#include <rill/server/end_streams.hpp>
#include <stdexcept>
#include <string>

#include "server/operations/worker_group.hpp"
#include "transport/worker_context.hpp"

namespace rill {

namespace {

awaitable<std::size_t> end_streams_of_workers(stream_predicate which, close_reason reason)
{
    std::size_t sum = 0;
    const worker_query query = [&sum, which = std::move(which), reason](transport::worker_context& w) {
        const auto ended = w.end_streams(which, reason);
        return std::function<void()>([&sum, ended] { sum += ended; });
    };
    static_cast<void>(co_await query_workers(query));
    co_return sum;
}

} // namespace

void check_end_reason(close_reason reason)
{
    if (reason != close_reason::revoked && reason != close_reason::expired && reason != close_reason::drained) {
        throw std::invalid_argument("end_streams: reason = " + std::string(to_string(reason)) +
                                    ": must be revoked, expired or drained");
    }
}

awaitable<std::size_t> detail::end_streams(stream_predicate which, close_reason reason)
{
    check_end_reason(reason);
    return end_streams_of_workers(std::move(which), reason);
}

} // namespace rill
