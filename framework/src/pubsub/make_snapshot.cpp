#include "pubsub/make_snapshot.hpp"

#include <boost/system/errc.hpp>
#include <rill/sse/encoder.hpp>
#include <span>
#include <utility>

namespace rill::pubsub::detail {

namespace {

// The maximum size of a piece that contains several events.
constexpr std::size_t max_piece_bytes = 64UL * 1024;

// The last event has the id. A client that is cut before it has no id, and gets a snapshot again.
result<std::vector<encoded_event>> encode(std::vector<event_draft> drafts, std::string_view id,
                                          std::size_t max_event_bytes)
{
    if (drafts.empty() && !id.empty()) {
        drafts.push_back(std::move(*event_draft::make({})));
    }
    std::vector<encoded_event> events;
    events.reserve(drafts.size());
    for (auto& draft : drafts) {
        if (draft.data().size() + draft.name().size() > max_event_bytes) {
            return tl::unexpected(make_error_code(error::message_too_large));
        }
        draft.mark_as_snapshot();
        events.push_back(std::move(draft).finish(&draft == &drafts.back() ? id : std::string_view()));
    }
    return events;
}

void add_pieces(taken_snapshot& to, std::span<const encoded_event> events)
{
    while (!events.empty()) {
        std::size_t count = 1;
        for (auto bytes = events[0].bytes().size(); count != events.size(); ++count) {
            bytes += events[count].bytes().size();
            if (bytes > max_piece_bytes) {
                break;
            }
        }
        to.pieces.push_back(count == 1 ? events[0] : event_draft::join(events.first(count)));
        events = events.subspan(count);
    }
}

std::size_t footprint(const taken_snapshot& s) noexcept
{
    std::size_t bytes = 0;
    for (const auto& e : s.events) {
        bytes += e.footprint();
    }
    for (const auto& piece : s.pieces) {
        bytes += piece.data().empty() ? piece.footprint() : 0; // a piece with data is one of the events
    }
    return bytes;
}

// If the budget is full, the results that only wait for further clients make room.
bool acquire(topic_store& store, taken_snapshot& s)
{
    const auto bytes = footprint(s);
    s.room = budget_share(store.shared_unsent(), bytes);
    if (!s.room) {
        store.snapshots()->forget_all();
        s.room = budget_share(store.shared_unsent(), bytes);
    }
    return static_cast<bool>(s.room);
}

} // namespace

snapshot_outcome make_snapshot(topic_store& store, snapshot taken, history::log_end_position before, std::uint32_t kind)
{
    auto content = std::move(taken).release();
    if (content.failure) {
        return tl::unexpected(content.failure);
    }
    auto made = std::make_shared<taken_snapshot>();
    made->sequence = before.sequence;
    if (content.position) {
        const auto sequence = store.read(
            topic_filter(), [&](const history& past) { return past.sequence_in_any_topic(*content.position); });
        if (!sequence) {
            return tl::unexpected(make_error_code(error::unknown_event_id));
        }
        made->sequence = *sequence;
        before.id = std::move(*content.position);
    }
    const bool can_resume = sse::event_id::parse(before.id) && sse::is_valid_utf8(before.id);
    auto events = encode(std::move(content.events), can_resume ? std::string_view(before.id) : std::string_view(),
                         store.kinds().options(kind).max_event_bytes);
    if (!events) {
        return tl::unexpected(events.error());
    }
    made->events = std::move(*events);
    add_pieces(*made, made->events);
    if (!acquire(store, *made)) {
        return tl::unexpected(make_error_code(boost::system::errc::not_enough_memory));
    }
    return made;
}

} // namespace rill::pubsub::detail
