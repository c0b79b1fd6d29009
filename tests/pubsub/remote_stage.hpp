#pragma once

#include <algorithm>
#include <boost/system/errc.hpp>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <rill/pubsub/backplane.hpp>
#include <string>
#include <vector>

namespace rill_test {

/// A log that several processes share, such as a Redis stream. Its ids "MS-N" are opaque to the processes.
class shared_log
{
public:
    struct entry
    {
        std::string id;
        std::string topic;
        std::string data;
    };

    /// @return the number of the event: 1, 2, ...
    std::size_t append(std::string topic, std::string data = {})
    {
        const auto n = entries_.size() + 1;
        entries_.push_back({id_of(n), std::move(topic), data.empty() ? std::to_string(n) : std::move(data)});
        return n;
    }
    static std::string id_of(std::size_t n)
    {
        return n == 0 ? std::string() : std::to_string(1'700'000'000'000 + n / 3) + "-" + std::to_string(n % 3);
    }
    /// Drops the events before this one.
    void trim(std::size_t first) { first_ = std::max(first_, first); }
    std::size_t size() const noexcept { return entries_.size(); }
    const entry& at(std::size_t n) const { return entries_.at(n - 1); }

    /// Returns the events after an ID, like XRANGE. `found` is false if the ID is not held and is not the newest
    /// dropped one.
    std::vector<std::size_t> after(std::string_view id, std::size_t count, bool& found) const
    {
        std::vector<std::size_t> numbers;
        found = false;
        for (auto n = first_ - 1; n <= entries_.size() && numbers.size() < count; ++n) {
            if (found) {
                numbers.push_back(n);
            }
            found = found || (n != 0 && id_of(n) == id);
        }
        return numbers;
    }

private:
    std::vector<entry> entries_;
    std::size_t first_ = 1;
};

/// The connection of one process to such a log. The test controls it: deliver() delivers new events, and answer()
/// answers reads in any order. Not thread-safe.
class remote_backplane final : public rill::pubsub::backplane
{
public:
    explicit remote_backplane(shared_log& log) : log_(log) {}

    bool failing = false;    ///< its reads fail
    std::size_t reads = 0;   ///< all reads that were requested
    std::size_t longest = 0; ///< the largest `count` of them

    rill::result<rill::pubsub::log_id> append(rill::pubsub::event_draft event, const append_options&, appended) override
    {
        log_.append(std::string(event.topic()), std::string(event.data()));
        return rill::pubsub::log_id(); // the ID comes with the event
    }
    bool holds_past() const noexcept override { return true; }
    void read_after(read_request request, past_read done) override
    {
        ++reads;
        longest = std::max(longest, request.max_events);
        asked_.push_back({std::move(request.after), request.max_events, std::move(done)});
    }
    void tail(reader& r, const tail_options&) override
    {
        to_ = &r;
        tailed_ = log_.size();
        r.on_begin({.id = shared_log::id_of(tailed_)});
    }
    void stop(reader&) override { to_ = nullptr; }

    std::size_t lag() const noexcept { return log_.size() - tailed_; }
    std::size_t pending() const noexcept { return asked_.size(); }

    /// Delivers the next events of the log.
    void deliver(std::size_t count = SIZE_MAX)
    {
        for (; count != 0 && lag() != 0; --count) {
            const auto n = ++tailed_;
            to_->on_event(draft(n), log_.at(n).id, 0);
        }
    }
    /// Skips this number of events, as if the connection was lost.
    void lose(std::size_t count)
    {
        tailed_ += std::min(count, lag());
        to_->on_gap({.id = shared_log::id_of(tailed_)});
    }
    /// Answers one of the pending reads with the current events.
    void answer(std::size_t which = 0)
    {
        const auto at = asked_.begin() + static_cast<std::ptrdiff_t>(which);
        const auto read = std::move(*at);
        asked_.erase(at);
        if (failing) {
            read.done(tl::unexpected(make_error_code(boost::system::errc::connection_reset)));
            return;
        }
        bool found = false;
        page read_page{.events = {}, .end = {.id = read.id}};
        for (const auto n : log_.after(read.id, read.count, found)) {
            read_page.events.push_back({draft(n), log_.at(n).id});
            read_page.end.id = log_.at(n).id;
        }
        if (!found) {
            read.done(tl::unexpected(make_error_code(rill::error::unknown_event_id)));
            return;
        }
        read_page.at_end = read_page.events.empty();
        read.done(std::move(read_page));
    }
    /// Answers the read after this id.
    void answer_after(std::string_view id)
    {
        const auto found = std::find_if(asked_.begin(), asked_.end(), [id](const read& r) { return r.id == id; });
        answer(static_cast<std::size_t>(found - asked_.begin()));
    }
    /// Discards all reads, which violates the contract.
    void forget() { asked_.clear(); }

private:
    struct read
    {
        std::string id;
        std::size_t count;
        past_read done;
    };

    rill::pubsub::event_draft draft(std::size_t n) const
    {
        auto made = rill::pubsub::event_draft::make({.data = log_.at(n).data}, log_.at(n).topic);
        return std::move(*made);
    }

    shared_log& log_;
    reader* to_ = nullptr;
    std::size_t tailed_ = 0;
    std::deque<read> asked_;
};

} // namespace rill_test
