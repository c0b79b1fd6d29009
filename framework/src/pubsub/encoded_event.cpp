#include <rill/pubsub/encoded_event.hpp>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cstring>
#include <new>
#include <rill/sse/encoder.hpp>

namespace rill::pubsub {

namespace {

constexpr std::size_t max_event_bytes = std::size_t{1} << 30;
constexpr std::size_t counter_digits = 20;
constexpr std::size_t max_requested_id_bytes = 128; // in a gap notice; the client has the full id
constexpr std::string_view id_field = "id: ";
constexpr std::string_view line_end = "\n";
constexpr std::size_t chunk_room = 2; // the end of the chunk needs these bytes

bool has_line_end(std::string_view text) noexcept
{
    return text.find_first_of("\r\n") != text.npos;
}

// Returns an empty buffer that all events of a thread share. Events have about the same size, so the buffer rarely
// grows.
std::string& encoding_buffer()
{
    thread_local std::string buffer;
    constexpr std::size_t max_kept = 64UL * 1024;
    if (buffer.capacity() > max_kept) {
        std::string().swap(buffer);
    }
    buffer.clear();
    return buffer;
}

std::string quoted(std::string_view text)
{
    std::string valid(text.substr(0, max_requested_id_bytes));
    if (!sse::is_valid_utf8(valid)) {
        for (char& c : valid) {
            if (static_cast<unsigned char>(c) >= 0x80) {
                c = '?';
            }
        }
    }
    return boost::json::serialize(boost::json::string(valid));
}

constexpr std::size_t room_for_id(std::size_t size) noexcept
{
    return id_field.size() + size + 2 * line_end.size() + chunk_room;
}

// Finds errors that sse::encode() does not find.
error_code find_fault(const sse::event& e, std::string_view id, std::size_t others) noexcept
{
    if (e.data.view().size() + e.comment.view().size() + e.name.view().size() + id.size() + others > max_event_bytes) {
        return error::message_too_large;
    }
    return sse::is_valid_utf8(id) ? error_code() : error::invalid_utf8;
}

} // namespace

sse::event encoded_event::as_event() const noexcept
{
    sse::event e;
    if (!*this) {
        return e;
    }
    if (fields().has_data) {
        e.data = data();
    }
    if (const auto named = sse::event_name::parse(name()); named && !name().empty()) {
        e.name = *named;
    }
    if (const auto identified = sse::event_id::parse(id()); identified && !id().empty()) {
        e.id = *identified;
    }
    return e;
}

/// Fills the part of a block that follows its head.
class event_draft::layout
{
public:
    layout(event_block& block) noexcept : block_(block) {}

    encoded_event::span put(std::string_view text) noexcept
    {
        const encoded_event::span placed{end_, static_cast<std::uint32_t>(text.size())};
        // not memcpy(), because the pointer of an empty text may be null
        std::copy(text.begin(), text.end(), block_.address(end_));
        end_ += placed.size;
        return placed;
    }
    void skip(std::size_t bytes) noexcept { end_ += static_cast<std::uint32_t>(bytes); }
    std::uint32_t end() const noexcept { return end_; }

private:
    event_block& block_;
    std::uint32_t end_ = sizeof(event_block);
};

event_draft::event_block* event_draft::allocate(std::size_t size)
{
    auto* made = ::new (::operator new(size)) event_block;
    made->footprint = static_cast<std::uint32_t>(size);
    return made;
}

// One allocation contains: head | topic | key | name | data | encoded event. If the encoded event contains the data
// unchanged, the data is not stored separately.
result<event_draft> event_draft::make(const sse::event& e, std::string_view topic, std::string_view key)
{
    std::array<char, counter_digits> digits;
    const auto own_id = e.id.view(digits);
    if (const auto fault = find_fault(e, own_id, topic.size() + key.size())) {
        return tl::unexpected(fault);
    }
    auto anonymous = e;
    anonymous.id = {}; // finish() adds the id as the last line
    auto& wire = encoding_buffer();
    if (const auto encoded = sse::encode(anonymous, wire); !encoded) {
        return tl::unexpected(encoded.error());
    }
    wire.pop_back(); // removes the empty line, because finish() adds it after the id
    const auto data = e.data.view();
    const bool apart = has_line_end(data);
    auto* block =
        allocate(sizeof(event_block) + topic.size() + key.size() + e.name.view().size() + (apart ? data.size() : 0) +
                 encoded_event::headroom + wire.size() + room_for_id(std::max(own_id.size(), counter_digits)));
    event_draft draft{encoded_event(block), std::string(own_id)};
    layout fields(*block);
    block->has_data = static_cast<bool>(e.data);
    block->topic = fields.put(topic);
    block->key = fields.put(key);
    block->name = fields.put(e.name.view());
    if (apart) {
        block->data = fields.put(data);
    }
    fields.skip(encoded_event::headroom);
    block->at = fields.end();
    block->size = fields.put(wire).size;
    if (e.data && !apart) { // the data is one line, which is the last line of the event
        const auto size = static_cast<std::uint32_t>(data.size());
        block->data = {fields.end() - static_cast<std::uint32_t>(line_end.size()) - size, size};
    }
    return draft;
}

encoded_event event_draft::clone(const event_block& original, std::size_t capacity)
{
    auto* made = allocate(capacity);
    const auto used = original.at + original.size;
    constexpr auto head = sizeof(event_block);
    std::memcpy(made->address(head), original.text(head, used - head).data(), used - head);
    made->at = original.at;
    made->size = original.size;
    made->kind = original.kind;
    made->has_data = original.has_data;
    made->in_snapshot = original.in_snapshot;
    made->topic = original.topic;
    made->key = original.key;
    made->name = original.name;
    made->data = original.data;
    return encoded_event(made);
}

event_draft event_draft::copy() const
{
    return {clone(event_.fields(), event_.footprint()), own_id_};
}

encoded_event event_draft::finish(std::string_view id) &&
{
    const auto used = event_.fields().at + event_.fields().size;
    if (used + room_for_id(id.size()) > event_.fields().footprint) {
        event_ = clone(event_.fields(), used + room_for_id(id.size())); // only for an id of more than 20 bytes
    }
    auto& block = event_.fields();
    auto* end = block.address(used);
    const auto put = [&](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
    if (!id.empty()) {
        put(id_field);
        block.id = {used + static_cast<std::uint32_t>(id_field.size()), static_cast<std::uint32_t>(id.size())};
        put(id);
        put(line_end);
    }
    put(line_end);
    block.size = static_cast<std::uint32_t>(end - block.address(block.at));
    block.frame();
    return std::move(event_);
}

encoded_event event_draft::without_id(const encoded_event& notice)
{
    auto e = notice.as_event();
    e.id = {};
    return std::move(*make(e)).notice(notice.kind(), {});
}

encoded_event event_draft::join(std::span<const encoded_event> events)
{
    std::size_t size = 0;
    for (const auto& e : events) {
        size += e.bytes().size();
    }
    encoded_event joined(allocate(sizeof(event_block) + encoded_event::headroom + size + chunk_room));
    auto& block = joined.fields();
    block.in_snapshot = true;
    layout wire(block);
    wire.skip(encoded_event::headroom);
    block.at = wire.end();
    for (const auto& e : events) {
        wire.put(e.bytes());
    }
    block.size = wire.end() - block.at;
    block.frame();
    return joined;
}

encoded_event event_draft::notice(event_kind kind, std::string_view id) &&
{
    event_.fields().kind = kind;
    return std::move(*this).finish(id);
}

encoded_event make_gap(std::string_view requested, std::string_view oldest, std::string_view id)
{
    const auto data = R"({"requested":)" + quoted(requested) + R"(,"oldest":)" +
                      (oldest.empty() ? std::string("null") : quoted(oldest)) + "}";
    return std::move(*event_draft::make({.data = data, .name = "gap"})).notice(event_kind::gap, id);
}

encoded_event make_dropped(std::uint64_t count)
{
    const auto data = R"({"count":)" + std::to_string(count) + "}";
    return std::move(*event_draft::make({.data = data, .name = "dropped"})).notice(event_kind::dropped, {});
}

} // namespace rill::pubsub
