#pragma once

#include <boost/asio/io_context.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>

#include "pubsub/direct_stream.hpp"

namespace rill::pubsub::detail {

std::shared_ptr<endpoint_state> make_state(std::shared_ptr<event_log> log, sse::endpoint_options options);

/// The stream that a request begins, or why there is none.
response answer(const std::shared_ptr<endpoint_state>& state, const request& r, boost::asio::io_context& context);

} // namespace rill::pubsub::detail
