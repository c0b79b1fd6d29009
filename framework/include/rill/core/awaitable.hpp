#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#if !defined(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
#error                                                                                                                 \
    "rill's compile definitions are missing: link the CMake target rill::rill, or use the flags that pkg-config gives"
#endif

namespace rill {

namespace asio = boost::asio;

/// The executor of every rill coroutine: a worker's io_context, named by its concrete type so that nothing is
/// type-erased.
using executor = asio::io_context::executor_type;

/// The return type of every rill coroutine. It is Asio's own type, so any Asio operation can be awaited inside.
template <class T = void>
using awaitable = asio::awaitable<T, executor>;

} // namespace rill
