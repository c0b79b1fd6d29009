// expect: destroys the captures of a temporary lambda twice
// only: g++ 12
#include "everything.hpp"
#include <boost/asio/thread_pool.hpp>

rill::awaitable<std::string> hash(boost::asio::thread_pool& pool, std::string text)
{
#ifdef RILL_FIXED
    const auto work = [text] { return std::to_string(text.size()); };
    co_return co_await rill::offload(pool, work);
#else
    co_return co_await rill::offload(pool, [text] { return std::to_string(text.size()); });
#endif
}
