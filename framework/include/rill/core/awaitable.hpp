#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#if !defined(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
#error "rill's compile definitions are missing: link the CMake target rill::rill, or use the flags of pkg-config"
#endif

namespace rill {

namespace asio = boost::asio;

/// The executor of every coroutine that rill starts. It belongs to the io_context of the coroutine's worker.
using executor = asio::any_io_executor;

/// The return type of a coroutine. It is a short name for `boost::asio::awaitable<T>`, and both names mean the same
/// type. A coroutine may await every Asio operation and every coroutine with this return type.
template <class T = void>
using awaitable = asio::awaitable<T>;

} // namespace rill
