#include <rill/http/response_writer.hpp>

namespace rill {

namespace {

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

error_code response_writer::error_of(put_result result) noexcept
{
    switch (result.state) {
    case write_state::closed:
        return boost::asio::error::operation_aborted;
    case write_state::failed:
        return result.error;
    case write_state::sent:
    case write_state::queued:
        break;
    }
    return {};
}

} // namespace rill
