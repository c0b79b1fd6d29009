#include <rill/http/detail/stream_writer.hpp>

#include <cstdio>
#include <cstdlib>

namespace rill::detail {

namespace {

// A buffer above this size is freed, so that one large event does not occupy its memory permanently.
constexpr std::size_t max_kept_scratch = 64UL * 1024;

} // namespace

std::string& stream_writer::scratch()
{
    thread_local std::string buffer;
    if (buffer.capacity() > max_kept_scratch) {
        std::string().swap(buffer); // clear() or an assignment would keep the memory
    }
    buffer.assign(headroom, '\0');
    return buffer;
}

write_state stream_writer::put(std::string_view data)
{
    if (data.empty()) { // an empty chunk would end the body
        return reason_ == close_reason::open ? write_state::sent : write_state::closed;
    }
    auto& chunk = scratch();
    chunk.append(data);
    return commit(chunk);
}

void stream_writer::fail_on_foreign_thread(const char* operation) noexcept
{
    std::fprintf(stderr,
                 "rill: %s called from a thread that is not the stream's worker; use rill::mailbox or publish to a "
                 "channel\n",
                 operation);
    std::abort();
}

} // namespace rill::detail
