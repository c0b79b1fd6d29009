#pragma once

#include <algorithm>
#include <boost/system/errc.hpp>
#include <deque>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <utility>
#include <vector>

namespace rill_test {

/// A log that several processes share. Its ids are numbers. It may lose its newest events. It then continues with a
/// number that it has never assigned, and all processes must report a gap.
class numeric_log
{
public:
    struct entry
    {
        std::uint64_t number;
        std::string topic;
        std::string data;
    };

    explicit numeric_log(std::uint64_t first = 1) : next_(first), points_{first - 1} {}

    /// @param data  by default the number of the event
    std::uint64_t append(std::string topic, std::string data = {})
    {
        const auto number = next_++;
        all_.emplace_back(number, topic);
        held_.push_back({number, std::move(topic), data.empty() ? std::to_string(number) : std::move(data)});
        return number;
    }
    /// Loses the newest `count` events, and skips `skipped` numbers.
    void lose_tail(std::size_t count, std::uint64_t skipped)
    {
        held_.erase(held_.end() - static_cast<std::ptrdiff_t>(std::min(count, held_.size())), held_.end());
        next_ += skipped;
        points_.push_back(next_ - 1);
    }
    /// Drops all events up to this number.
    void trim(std::uint64_t until)
    {
        std::erase_if(held_, [until](const entry& e) { return e.number <= until; });
        trimmed_ = std::max(trimmed_, until);
    }

    /// The newest number that was assigned or skipped.
    std::uint64_t newest() const noexcept { return next_ - 1; }
    /// The newest number that trim() has dropped.
    std::uint64_t trimmed() const noexcept { return trimmed_; }
    /// The position of the newest gap, or of the beginning.
    std::uint64_t point() const noexcept { return points_.back(); }
    /// The first gap after this position. 0 if there is none.
    std::uint64_t point_after(std::uint64_t number) const noexcept
    {
        const auto found = std::ranges::upper_bound(points_, number);
        return found == points_.end() ? 0 : *found;
    }
    /// Whether the log holds every event after this number.
    bool holds_all_after(std::uint64_t number) const noexcept
    {
        return number >= point() && number >= trimmed_ && number < next_;
    }
    /// The first event after this number; nullptr if there is none.
    const entry* after(std::uint64_t number) const noexcept
    {
        const auto found = std::ranges::upper_bound(held_, number, {}, &entry::number);
        return found == held_.end() ? nullptr : &*found;
    }
    /// The first event after this number whose topic `selects` accepts, even if the log has lost the event. 0 if none.
    template <class F>
    std::uint64_t assigned_after(std::uint64_t number, F&& selects) const
    {
        const auto first = std::ranges::upper_bound(all_, number, {}, &assigned::first);
        const auto found = std::find_if(first, all_.end(), [&](const assigned& e) { return selects(e.second); });
        return found == all_.end() ? 0 : found->first;
    }

private:
    using assigned = std::pair<std::uint64_t, std::string>;

    std::uint64_t next_;
    std::vector<std::uint64_t> points_;
    std::uint64_t trimmed_ = 0;
    std::deque<entry> held_;
    std::vector<assigned> all_;
};

/// The connection of one process to such a log. The test controls it: deliver() delivers new events, and answer()
/// answers reads in any order. Not thread-safe.
class numeric_backplane final : public rill::pubsub::backplane
{
public:
    explicit numeric_backplane(numeric_log& log) : log_(log) {}

    bool connects_late = false;       ///< the test calls begin()
    bool failing = false;             ///< its reads fail
    std::size_t max_looks = SIZE_MAX; ///< a page ends after this number of events of any topic
    std::size_t empty_pages = 0;      ///< pages without events that are not at the end
    std::size_t largest_page = 0;     ///< in bytes
    std::size_t reads = 0;

    bool ids_are_numbers() const noexcept override { return true; }
    bool holds_past() const noexcept override { return true; }
    rill::result<rill::pubsub::log_id> append(rill::pubsub::event_draft event, const append_options&, appended) override
    {
        return std::to_string(log_.append(std::string(event.topic()), std::string(event.data())));
    }
    void read_after(read_request request, past_read done) override
    {
        ++reads;
        asked_.emplace_back(std::move(request), std::move(done));
    }
    void tail(reader& r, const tail_options&) override
    {
        to_ = &r;
        if (!connects_late) {
            begin();
        }
    }
    void stop(reader&) override { to_ = nullptr; }

    void begin()
    {
        tailed_ = log_.newest();
        reported_ = log_.point();
        to_->on_begin({std::to_string(tailed_), tailed_});
    }
    /// Delivers the next events of the log, and reports the gap between them.
    void deliver(std::size_t count = SIZE_MAX)
    {
        for (; count != 0; --count) {
            const auto* next = log_.after(tailed_);
            auto point = log_.point_after(reported_);
            if (tailed_ < log_.trimmed()) { // events were dropped that this process has not got
                point = log_.trimmed();
            }
            if (point != 0 && (next == nullptr || next->number > point)) {
                reported_ = tailed_ = point;
                to_->on_gap({std::to_string(reported_), reported_});
            } else if (next != nullptr) {
                tailed_ = next->number;
                to_->on_event(draft(*next), std::to_string(next->number), next->number);
            } else {
                return;
            }
        }
    }
    std::size_t pending() const noexcept { return asked_.size(); }
    /// Answers one of the pending reads.
    void answer(std::size_t which = 0)
    {
        const auto at = asked_.begin() + static_cast<std::ptrdiff_t>(which);
        const auto [request, done] = std::move(*at);
        asked_.erase(at);
        if (failing) {
            done(tl::unexpected(make_error_code(rill::error::log_unavailable)));
            return;
        }
        const auto after = std::stoull(request.after);
        if (!log_.holds_all_after(after)) {
            done(tl::unexpected(make_error_code(rill::error::unknown_event_id)));
            return;
        }
        done(read(request, after));
    }

private:
    static rill::pubsub::event_draft draft(const numeric_log::entry& e)
    {
        auto made = rill::pubsub::event_draft::make({.data = e.data}, e.topic);
        return std::move(*made);
    }
    page read(const read_request& request, std::uint64_t after)
    {
        page got{.events = {}, .end = {std::to_string(after), after}};
        std::size_t bytes = 0;
        const auto* next = log_.after(after);
        for (std::size_t looks = 0; next != nullptr && looks != max_looks; ++looks, next = log_.after(next->number)) {
            if (!request.topics ||
                std::ranges::any_of(*request.topics, [&](const auto& topic) { return topic.matches(next->topic); }))
            {
                auto event = draft(*next);
                if (got.events.size() == request.max_events ||
                    (bytes + event.footprint() > request.max_bytes && !got.events.empty()))
                {
                    break;
                }
                bytes += event.footprint();
                got.events.push_back({std::move(event), std::to_string(next->number), next->number});
            }
            got.end = {std::to_string(next->number), next->number};
        }
        got.at_end = next == nullptr;
        empty_pages += got.events.empty() && !got.at_end ? 1 : 0;
        largest_page = std::max(largest_page, bytes);
        return got;
    }

    numeric_log& log_;
    reader* to_ = nullptr;
    std::uint64_t tailed_ = 0;
    std::uint64_t reported_ = 0;
    std::deque<std::pair<read_request, past_read>> asked_;
};

} // namespace rill_test
