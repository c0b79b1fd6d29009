#include "sqlite/page_reader.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace rill::sqlite::detail {

namespace {

using pubsub::backplane;

constexpr std::size_t max_scanned = 20'000;   // about 10 ms
constexpr std::size_t max_exact_topics = 256; // for more topics, one scan is faster than many look-ups

std::optional<std::uint64_t> position_of(const pubsub::log_id& id, const log_state& state)
{
    if (id.empty()) { // the beginning of the log
        return state.floor == state.origin ? std::optional(state.origin) : std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (failure != std::errc() || end != id.data() + id.size() || std::to_string(number) != id) {
        return std::nullopt;
    }
    return number < state.floor || number > state.last ? std::nullopt : std::optional(number);
}

/// Collects the events of a page up to its limits.
class page_builder
{
public:
    page_builder(const backplane::read_request& request, std::uint64_t after) : request_(request), end_(after) {}

    bool is_full() const noexcept { return full_ || page_.events.size() >= request_.max_events; }
    bool is_damaged() const noexcept { return damaged_; }
    bool has_events() const noexcept { return !page_.events.empty(); }
    std::uint64_t end() const noexcept { return end_; }

    /// @return whether the event belongs to the page
    bool add(event_table::row row)
    {
        if (!row.event) {
            damaged_ = full_ = true;
            return false;
        }
        bytes_ += row.event->footprint();
        full_ = full_ || (bytes_ > request_.max_bytes && has_events());
        if (is_full()) {
            return false;
        }
        end_ = row.id;
        page_.events.push_back({std::move(*row.event), std::to_string(row.id), row.id});
        return true;
    }
    void skip_to(std::uint64_t id) noexcept { end_ = id; }

    backplane::page finish(const log_state& state) &&
    {
        page_.end = {std::to_string(end_), end_};
        page_.at_end = end_ == state.last;
        return std::move(page_);
    }

private:
    const backplane::read_request& request_;
    backplane::page page_;
    std::uint64_t end_;
    std::size_t bytes_ = 0;
    bool full_ = false;
    bool damaged_ = false;
};

// Ids are dense. A missing id is an event that the log does not hold.
bool read_all(log_file& log, const backplane::read_request& request, const log_state& state, page_builder& page)
{
    for (auto& row : log.events().read(page.end(), state.last, request.max_events, request.max_bytes)) {
        if (row.id != page.end() + 1) {
            return false;
        }
        if (!page.add(std::move(row))) {
            break;
        }
    }
    return page.has_events() || page.end() == state.last;
}

void read_topics(log_file& log, const backplane::read_request& request, const log_state& state, page_builder& page)
{
    std::vector<std::uint64_t> ids;
    for (const auto& topic : *request.topics) {
        log.events().find(topic.text(), page.end(), state.last, request.max_events, ids);
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    for (const auto id : ids) {
        auto row = log.events().read_one(id);
        if (page.is_full() || (row && !page.add(std::move(*row)))) {
            return;
        }
    }
    if (!page.is_full()) {
        page.skip_to(state.last);
    }
}

void scan_topics(log_file& log, const backplane::read_request& request, const log_state& state, page_builder& page)
{
    std::size_t scanned = 0;
    log.events().scan(page.end(), state.last, [&](std::uint64_t id, std::string_view topic) {
        const auto matches = [&](const pubsub::topic_pattern& pattern) { return pattern.matches(topic); };
        if (std::ranges::any_of(*request.topics, matches)) {
            auto row = log.events().read_one(id);
            if (!row || !page.add(std::move(*row))) {
                return false;
            }
        } else {
            page.skip_to(id);
        }
        return !page.is_full() && ++scanned < max_scanned;
    });
}

} // namespace

result<backplane::page> read_page(log_file& log, const backplane::read_request& request, std::uint64_t epoch)
{
    const transaction t(log.db(), transaction::kind::read);
    const auto state = log.state().read();
    if (state.epoch != epoch) {
        return tl::unexpected(make_error_code(error::log_unavailable));
    }
    const auto after = position_of(request.after, state);
    if (!after) {
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    page_builder page(request, *after);
    if (!request.topics) {
        if (!read_all(log, request, state, page)) {
            return tl::unexpected(make_error_code(error::unknown_event_id));
        }
    } else if (request.topics->size() <= max_exact_topics &&
               std::ranges::all_of(*request.topics, &pubsub::topic_pattern::is_exact))
    {
        read_topics(log, request, state, page);
    } else {
        scan_topics(log, request, state, page);
    }
    if (page.is_damaged() && !page.has_events()) { // the stream gets a gap, and not the same error again and again
        return tl::unexpected(make_error_code(error::unknown_event_id));
    }
    return std::move(page).finish(state);
}

} // namespace rill::sqlite::detail
