// expect: destroys the captures of a temporary lambda twice
// only: g++ 12
#include "everything.hpp"

rill::awaitable<std::size_t> log_out(std::string user)
{
#ifdef RILL_FIXED
    const auto of_user = [user](const rill::stream_info& s) { return s.tag == user; };
    co_return co_await rill::end_streams(of_user);
#else
    co_return co_await rill::end_streams([user](const rill::stream_info& s) { return s.tag == user; });
#endif
}
