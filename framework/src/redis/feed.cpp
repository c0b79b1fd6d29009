#include "redis/feed.hpp"

#include <algorithm>

namespace rill::redis::detail {

namespace {

constexpr std::size_t max_entries = 512;
constexpr std::size_t max_reply_bytes = 4UL * 1024 * 1024;

std::string id_of(std::uint64_t number)
{
    return std::to_string(number) + "-0";
}

std::size_t bytes_of(const std::vector<stream_entry>& entries) noexcept
{
    std::size_t bytes = 0;
    for (const auto& entry : entries) {
        bytes += entry.event.topic.size() + (entry.event.data ? entry.event.data->size() : 0);
    }
    return bytes;
}

} // namespace

awaitable<failure> feed::serve(session& connected)
{
    for (;;) {
        auto failed = co_await check(connected);
        if (failed) {
            co_return std::move(*failed);
        }
        for (bool has_entries = true; has_entries;) {
            auto entries = co_await connected.wait_for_entries(position_, max_entries_);
            if (!entries) {
                co_return std::move(entries.error());
            }
            if (connected.was_replaced()) { // its successor may not have these entries
                co_return connected.replaced();
            }
            has_entries = !entries->empty();
            on_entries(*entries);
        }
    }
}

// The script begins a new epoch if events may be lost. The feed then continues at its position: it reads the events
// that the server still has, and then the entry that begins the epoch.
awaitable<std::optional<failure>> feed::check(session& connected)
{
    auto answer = co_await connected.check();
    if (!answer) {
        co_return std::move(answer.error());
    }
    last_ = answer->last;
    if (position_.empty()) {
        readers_.begin_live(answer->epoch, answer->last);
        position_ = id_of(answer->last);
        on_begun_();
    }
    co_return std::nullopt;
}

void feed::on_entries(const std::vector<stream_entry>& entries)
{
    if (entries.empty()) {
        // The server had these events at the last check, and it has removed them before this node read them.
        if (last_ > readers_.live_position()) {
            readers_.skip_to(last_);
            position_ = id_of(last_);
        }
        return;
    }
    readers_.pass_live(entries);
    state_.learn(readers_.epoch(), readers_.live_position());
    position_ = entries.back().id;
    if (bytes_of(entries) > max_reply_bytes) {
        max_entries_ = std::max<std::size_t>(max_entries_ / 2, 1);
    } else if (entries.size() == max_entries_) {
        max_entries_ = std::min(max_entries_ * 2, max_entries);
    }
}

} // namespace rill::redis::detail
