#include "testing/backplane_contract/past_pages.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

namespace rill::testing::contract {

using pubsub::backplane;

/// The copies of `done` share it. It notices that the log has destroyed all of them without a call.
class page_call::ticket
{
public:
    explicit ticket(std::shared_ptr<page_call> call) noexcept : call_(std::move(call)) {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket()
    {
        const std::lock_guard lock(call_->mutex_);
        call_->ended_ = true;
        call_->changed_.notify_all();
    }

    void use(result<backplane::page> answer)
    {
        const std::lock_guard lock(call_->mutex_);
        if (++call_->calls_ == 1) {
            call_->answer_ = std::make_unique<result<backplane::page>>(std::move(answer));
            call_->ended_ = true;
            call_->changed_.notify_all();
        }
    }

private:
    std::shared_ptr<page_call> call_;
};

std::shared_ptr<page_call> page_call::start(backplane& log, backplane::read_request request)
{
    auto call = std::make_shared<page_call>();
    log.read_after(std::move(request), [used = std::make_shared<ticket>(call)](result<backplane::page> answer) {
        used->use(std::move(answer));
    });
    return call;
}

bool page_call::wait(std::chrono::milliseconds patience) const
{
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return ended_; });
}

result<backplane::page> page_call::take(const trial& t)
{
    t.expect(wait(t.patience()), "expected an answer of read_after(), none came in time");
    const std::lock_guard lock(mutex_);
    t.expect(calls_ != 0, "expected one call of `done` of read_after(), came its destruction without a call");
    return std::move(*answer_);
}

void page_call::check(const trial& t) const
{
    const std::lock_guard lock(mutex_);
    t.expect(calls_ <= 1, "expected one call of `done` of read_after(), came " + std::to_string(calls_) + " calls");
}

namespace {

std::shared_ptr<const std::vector<pubsub::topic_pattern>> parse_topics(const std::vector<std::string>& topics)
{
    if (topics.empty()) {
        return nullptr;
    }
    auto parsed = std::make_shared<std::vector<pubsub::topic_pattern>>();
    for (const auto& topic : topics) {
        auto pattern = pubsub::topic_pattern::parse(topic);
        if (!pattern) {
            throw std::logic_error("a topic of the contract is not valid: " + topic);
        }
        parsed->push_back(std::move(*pattern));
    }
    return parsed;
}

std::string title(std::string_view after)
{
    return "the page after id " + quoted(after);
}

void check_limits(const trial& t, std::string_view after, const backplane::page& page, const past_options& options)
{
    t.expect(page.events.size() <= options.max_events, title(after) + ": expected at most " +
                                                           std::to_string(options.max_events) + " events, came " +
                                                           std::to_string(page.events.size()));
    std::size_t bytes = 0;
    for (const auto& e : page.events) {
        bytes += e.event.footprint();
    }
    t.expect(bytes <= options.max_bytes || page.events.size() == 1,
             title(after) + ": expected at most " + std::to_string(options.max_bytes) + " bytes, came " +
                 std::to_string(page.events.size()) + " events with " + std::to_string(bytes) + " bytes");
}

void check_numbers(const trial& t, std::string_view after, const backplane::page& page)
{
    auto last = is_number(after) ? std::stoull(std::string(after)) : 0;
    for (const auto& e : page.events) {
        const auto observed = observed_event::of(e.event, e.id, e.number);
        t.expect(e.id == std::to_string(e.number), title(after) + ": expected the number as the id, came " +
                                                       describe(observed) + " with number " + std::to_string(e.number));
        t.expect(e.number > last,
                 title(after) + ": expected a number after " + std::to_string(last) + ", came " + describe(observed));
        last = e.number;
    }
    const bool is_start = page.events.empty() && page.end.id == after;
    t.expect(is_start || page.end.id == std::to_string(page.end.number),
             title(after) + ": expected an end whose id is its number, came the id " + quoted(page.end.id) +
                 " with number " + std::to_string(page.end.number));
    t.expect(is_start || page.end.number >= last, title(after) + ": expected an end at or after " +
                                                      std::to_string(last) + ", came " +
                                                      std::to_string(page.end.number));
}

void check_topics(const trial& t, std::string_view after, const backplane::page& page,
                  const std::vector<pubsub::topic_pattern>& topics)
{
    for (const auto& e : page.events) {
        t.expect(std::ranges::any_of(topics, [&e](const auto& topic) { return topic.matches(e.event.topic()); }),
                 title(after) + ": expected only events of the requested topics, came the topic " +
                     quoted(e.event.topic()));
    }
}

void check_page(const trial& t, const backplane& log, std::string_view after, const backplane::page& page,
                const past_options& options)
{
    check_limits(t, after, page, options);
    if (log.ids_are_numbers()) {
        check_numbers(t, after, page);
        if (const auto topics = parse_topics(options.topics)) {
            check_topics(t, after, page, *topics);
        }
        return;
    }
    const auto& expected = page.events.empty() ? std::string(after) : page.events.back().id;
    t.expect(page.end.id == expected,
             title(after) + ": expected the end " + quoted(expected) + ", came " + quoted(page.end.id));
}

} // namespace

result<backplane::page> read_page(const trial& t, backplane& log, std::string_view after, const past_options& options)
{
    const auto call = page_call::start(log, {.after = std::string(after),
                                             .topics = parse_topics(options.topics),
                                             .max_events = options.max_events,
                                             .max_bytes = options.max_bytes});
    auto page = call->take(t);
    call->check(t);
    if (page) {
        check_page(t, log, after, *page, options);
    }
    return page;
}

past read_past(const trial& t, backplane& log, std::string_view after, const past_options& options)
{
    constexpr std::size_t max_standing_pages = 1'000; // a log may answer before it has found an event
    past read{.events = {}, .end = {.id = std::string(after)}};
    for (std::size_t standing = 0;;) {
        auto page = read_page(t, log, read.end.id, options);
        if (!page) {
            read.failure = page.error();
            return read;
        }
        ++read.pages;
        standing = page->end.id == read.end.id ? standing + 1 : 0;
        t.expect(standing <= max_standing_pages,
                 title(read.end.id) + ": expected an event, progress or at_end, came the same position again");
        for (const auto& e : page->events) {
            read.events.push_back(observed_event::of(e.event, e.id, e.number));
        }
        read.end = page->end;
        if (page->at_end || (options.enough && options.enough(read))) {
            return read;
        }
    }
}

void expect_unknown(const trial& t, backplane& log, std::string_view id, std::string_view why)
{
    const auto page = read_page(t, log, id);
    const auto what = "a read after " + std::string(why) + ", id " + quoted(id) + ": expected unknown_event_id, came ";
    t.expect(!page.has_value(), what + (page ? std::to_string(page->events.size()) + " events" : std::string()));
    t.expect(page.error() == error::unknown_event_id, what + page.error().message());
}

void expect_past(const trial& t, backplane& log, std::string_view after, const recorder::entries& events,
                 const past_options& options, bool or_unknown)
{
    auto read = read_past(t, log, after, options);
    if (or_unknown && read.failure == error::unknown_event_id && read.pages == 0) {
        return;
    }
    const auto what = "a read after id " + quoted(after);
    t.expect(!read.failure, what + ": expected a page, came " + read.failure.message());
    if (!log.ids_are_numbers() && !options.topics.empty()) { // such a log may return events of other topics
        const auto topics = parse_topics(options.topics);
        std::erase_if(read.events, [&](const observed_event& e) {
            return std::ranges::none_of(*topics, [&e](const auto& topic) { return topic.matches(e.topic); });
        });
    }
    for (std::size_t i = 0; i != std::max(events.size(), read.events.size()); ++i) {
        t.expect(i < read.events.size(),
                 what + ": expected " + (i < events.size() ? describe(events[i]) : "") + ", came the end of the log");
        t.expect(i < events.size(), what + ": expected the end of the log, came " +
                                        (i < read.events.size() ? describe(read.events[i]) : ""));
        t.expect(events[i].id == read.events[i].id,
                 what + ": expected " + describe(events[i]) + ", came " + describe(read.events[i]));
        const auto changed = difference(events[i], read.events[i]);
        t.expect(changed.empty(), what + ": expected equal fields in " + describe(events[i]) + ": " + changed);
    }
}

void await_reads(const trial& t, backplane& log, std::string_view after)
{
    const auto end = std::chrono::steady_clock::now() + t.patience();
    for (;;) {
        const auto page = read_page(t, log, after);
        if (page || page.error() == error::unknown_event_id) {
            return;
        }
        t.expect(std::chrono::steady_clock::now() < end,
                 "expected reads to work again, came " + page.error().message() + " until the end of the patience");
        std::this_thread::sleep_for(std::chrono::milliseconds(10)); // no busy loop; the outcome does not depend on it
    }
}

} // namespace rill::testing::contract
