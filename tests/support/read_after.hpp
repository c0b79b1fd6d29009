#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <stdexcept>
#include <utility>

namespace rill_test {

/// Calls read_after() of the log and waits for the page. Throws if the log does not answer within a minute.
inline rill::result<rill::pubsub::backplane::page> read_after(rill::pubsub::backplane& log,
                                                              rill::pubsub::backplane::read_request request)
{
    using page_result = rill::result<rill::pubsub::backplane::page>;
    // The log may answer after the end of this function. Therefore its callback owns the promise, too.
    auto answer = std::make_shared<std::promise<page_result>>();
    auto future = answer->get_future();
    log.read_after(std::move(request), [answer](page_result page) { answer->set_value(std::move(page)); });
    if (future.wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
        throw std::runtime_error("the log does not answer within a minute");
    }
    return future.get();
}

} // namespace rill_test
