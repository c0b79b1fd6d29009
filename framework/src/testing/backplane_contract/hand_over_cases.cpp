#include <algorithm>
#include <iterator>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"
#include "testing/backplane_contract/publishers.hpp"

namespace rill::testing::contract {

namespace {

struct joiner
{
    std::string after;
    const recorder* reader;
    past pages;
};

// Whether the pages have reached the events of the reader.
bool meets(const past& pages, const recorder& reader)
{
    const auto begin = reader.begin();
    return reader.has_id(pages.end.id) ||
           std::ranges::find(pages.events, begin.id, &observed_event::id) != pages.events.end();
}

/// Begins a reader, and reads the past after a known event, while publishers append.
joiner join(trial& t, const log_pointer& log, const recorder& complete)
{
    const auto known = complete.events();
    joiner made{.after = known[t.random(known.size())].id, .reader = nullptr, .pages = {}};
    past_options options{.max_events = 1 + t.random(64), .max_bytes = 500 + t.random(20'000)};
    const std::size_t pages_before = t.random(3); // the reader begins before, or between the pages
    options.enough = [pages_before](const past& p) { return p.pages >= pages_before; };
    made.pages.end.id = made.after;
    if (pages_before != 0) {
        made.pages = read_past(t, *log, made.after, options);
        t.expect(!made.pages.failure, "expected a page, came " + made.pages.failure.message());
    }
    made.reader = &t.tail(log);
    options.enough = [reader = made.reader](const past& p) { return meets(p, *reader); };
    auto rest = read_past(t, *log, made.pages.end.id, options);
    t.expect(!rest.failure, "expected a page, came " + rest.failure.message());
    std::ranges::move(rest.events, std::back_inserter(made.pages.events));
    return made;
}

// Both parts are checked against all events. Together they then have no hole and no event twice, because the pages
// extend to the begin of the reader.
void check_joined(const trial& t, const joiner& j, const recorder::entries& all)
{
    expect_follows(t, all, j.after, j.pages.events, "the pages of a client that joins");
    const auto begin = j.reader->begin();
    const auto& pages = j.pages.events;
    const auto place = [&all](std::string_view id) { return std::ranges::find(all, id, &observed_event::id); };
    const auto read_to = place(pages.empty() ? std::string_view(j.after) : std::string_view(pages.back().id));
    const auto begun = place(begin.id);
    t.expect(begun == all.end() || begun <= read_to,
             "expected pages up to the begin of the reader, came the end of the log before " + describe(begin));
}

void join_while_appending(trial& t, bool slow)
{
    const auto log = t.open();
    const auto& complete = t.tail(log);
    t.open();
    t.append_many(*log, 20);
    t.await_event(complete, *t.appends().back());
    if (slow) {
        t.faults().slow();
    }
    std::vector<joiner> joined;
    for (std::size_t i = 0; i != (slow ? 3U : 12U); ++i) {
        publishers all(t, 2, 200); // a limit, because a log may append faster than it reads small pages
        joined.push_back(join(t, t.logs()[i % 2], complete));
    }
    if (slow) {
        t.faults().fast();
    }
    t.settle();
    check_history(t);
    for (const auto& j : joined) {
        check_joined(t, j, complete.events());
    }
}

void past_meets_live(trial& t)
{
    join_while_appending(t, false);
}

void slow_past_meets_live(trial& t)
{
    join_while_appending(t, true);
}

} // namespace

std::vector<case_entry> hand_over_cases()
{
    return {{"pages of the past and later events have no hole and no event twice", {need::past}, past_meets_live},
            {"a slow log hands over from the past without a hole", {need::past, need::slow}, slow_past_meets_live}};
}

} // namespace rill::testing::contract
