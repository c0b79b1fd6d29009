#include <rill/http/response_writer.hpp>

namespace rill {

namespace {

// Completing a write inside its own initiation costs neither a queue entry nor a wake-up, but nests one stack frame per
// write: after this many the handler yields to the event loop, which also keeps one busy stream from starving the rest.
constexpr int writes_before_yield = 16;
thread_local int nested_writes = 0;

constexpr std::size_t scratch_kept = 64UL * 1024;

} // namespace

std::string& response_writer::scratch()
{
    thread_local std::string buffer;
    if (buffer.capacity() > scratch_kept) {
        std::string().swap(buffer); // an assignment would keep the memory
    }
    buffer.assign(frame_room, '\0');
    return buffer;
}

response_writer::put_result response_writer::put(std::string_view data)
{
    if (data.empty()) { // an empty chunk would end the body
        return {reason_ == close_reason::open ? write_state::sent : write_state::closed, {}};
    }
    auto& piece = scratch();
    piece.append(data);
    return commit(piece);
}

void response_writer::complete_now(put_result result)
{
    error_code ec;
    if (result.state == write_state::closed) {
        ec = boost::asio::error::operation_aborted;
    } else if (result.state == write_state::failed) {
        ec = result.error;
    }
    if (nested_writes >= writes_before_yield) {
        complete_later(ec);
        return;
    }
    struct nesting
    {
        nesting() { ++nested_writes; }
        ~nesting() { --nested_writes; }
    } guard;
    waiter_.complete(ec);
}

} // namespace rill
