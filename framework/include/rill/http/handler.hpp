#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>
#include <rill/http/request.hpp>
#include <rill/http/response.hpp>

namespace rill {

/// What answers a request. The request outlives the coroutine. Terminal cancellation when the client leaves meanwhile.
/// With several workers a handler is called from all of their threads at once.
using handler = std::function<awaitable<response>(request&)>;

/// What stands around a handler: looks at the request before, at the response after, or answers by itself and does not
/// call `next`. A streamed body has not begun when `next` returns.
using middleware = std::function<awaitable<response>(request&, const handler& next)>;

} // namespace rill
