#include <future>
#include <thread>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"
#include "testing/backplane_contract/publishers.hpp"

namespace rill::testing::contract {

namespace {

void check_after_interruption(const trial& t)
{
    if (t.faults().gap_after_interrupt) {
        check_history_with_gaps(t);
    } else {
        check_history(t);
    }
}

void appends_tell_the_truth(trial& t)
{
    t.tail(t.open());
    t.tail(t.open());
    for (int round = 0; round != 3; ++round) {
        publishers all(t, 3, 40);
        t.expect(all.await_appended(1 + t.random(60)), "expected appends, none came");
        t.faults().interrupt();
        for (const auto& log : t.logs()) {
            for (int i = 0; i != 5; ++i) {
                const auto data = t.next_data();
                t.append(*log, {.data = data});
            }
        }
        if (round != 0) {
            t.appends().back()->wait(t.faults().interruption); // some logs have an outcome only after restore()
        }
        t.faults().restore();
        all.join();
        t.settle();
    }
    check_after_interruption(t);
}

/// Calls `blocking` in another thread. If it does not return in time, ends the interruption and fails.
template <class F>
void expect_returns(trial& t, const std::string& what, F blocking)
{
    auto returned = std::async(std::launch::async, std::move(blocking));
    const bool in_time = returned.wait_for(t.patience()) == std::future_status::ready;
    if (!in_time) {
        t.faults().restore();
    }
    returned.get();
    t.expect(in_time, "expected " + what + " to return while the log is interrupted, it has blocked");
}

void nothing_blocks(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    const auto& stopped = t.tail(log);
    const auto first = t.append_acknowledged(*log);
    t.await_event(reader, *first);
    t.faults().interrupt();
    expect_returns(t, "append()", [&] {
        for (int i = 0; i != 100; ++i) {
            const auto data = t.next_data();
            t.append(*log, {.data = data});
        }
    });
    std::vector<std::shared_ptr<page_call>> reads;
    expect_returns(t, "read_after()", [&] {
        for (int i = 0; i != 10; ++i) {
            reads.push_back(page_call::start(*log, {.after = first->id()}));
        }
    });
    expect_returns(t, "stop()", [&] { t.stop(stopped); });
    t.faults().restore();
    for (const auto& read : reads) {
        static_cast<void>(read->take(t));
        read->check(t);
    }
    t.settle();
    check_after_interruption(t);
}

void short_interruptions(trial& t)
{
    t.tail(t.open());
    t.tail(t.open());
    t.append_many(*t.logs().front(), 5);
    for (int round = 0; round != 5; ++round) {
        t.faults().interrupt();
        t.faults().restore();
        t.append_until_acknowledged(*t.logs()[static_cast<std::size_t>(round) % 2]);
    }
    t.settle();
    check_after_interruption(t);
}

// A page must not end early as if the log had no more events.
void pages_end_with_an_error(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    t.append_many(*log, 60);
    t.settle();
    const auto all = reader.events();
    const past_options options{.max_events = 10};
    const auto first = read_page(t, *log, all[0].id, options);
    t.expect(first.has_value(), "expected a page, came " + (first ? std::string() : first.error().message()));
    t.faults().interrupt();
    const auto call = page_call::start(*log, {.after = first->end.id, .max_events = 10});
    const auto cut = call->take(t);
    call->check(t);
    t.faults().restore();
    if (cut) { // a log that caches events may answer
        t.expect(!cut->events.empty() && !cut->at_end, "a page of an interrupted log: expected an error or events, "
                                                       "came the end of the log");
    } else {
        t.expect(cut.error() != error::unknown_event_id,
                 "a page of an interrupted log: expected log_unavailable or another temporary error, came "
                 "unknown_event_id");
    }
    if (t.faults().gap_after_interrupt) {
        return; // the ids before the gap may be unknown
    }
    await_reads(t, *log, all[0].id);
    expect_past(t, *log, all[0].id, {all.begin() + 1, all.end()}, options);
    expect_past(t, *log, first->end.id,
                {all.begin() + 1 + static_cast<std::ptrdiff_t>(first->events.size()), all.end()}, options);
}

void reader_begins_during_interruption(trial& t)
{
    const auto log = t.open();
    const auto& first = t.tail(log);
    t.append_many(*log, 5);
    t.await_event(first, *t.appends().back());
    t.faults().interrupt();
    const auto& second = t.start_tail(log);
    t.faults().restore();
    t.await_begin(second);
    t.append_until_acknowledged(*log);
    t.settle();
    check_after_interruption(t);
}

void end_during_interruption(trial& t)
{
    auto log = t.open();
    const auto other = t.open();
    t.tail(other);
    t.tail(log);
    const auto first = t.append_acknowledged(*other);
    t.faults().interrupt();
    std::vector<std::shared_ptr<page_call>> reads;
    for (int i = 0; i != 20; ++i) {
        const auto data = t.next_data();
        t.append(*log, {.data = data});
        if (log->holds_past()) {
            reads.push_back(page_call::start(*log, {.after = first->id()}));
        }
    }
    expect_returns(t, "the destructor", [&] { t.close(log); });
    t.faults().restore();
    for (const auto& read : reads) {
        t.expect(read->wait(t.patience()), "expected the destructor to end all reads, came no end of a read");
        read->check(t);
    }
    t.await_all();
    t.settle();
    check_after_interruption(t);
}

} // namespace

std::vector<case_entry> interruption_cases()
{
    return {{"an interruption loses and doubles no event", {need::interrupt}, short_interruptions},
            {"the outcome of an append is true during an interruption", {need::interrupt}, appends_tell_the_truth},
            {"no function blocks during an interruption", {need::interrupt}, nothing_blocks},
            {"an interrupted read ends with an error, and can be repeated",
             {need::past, need::interrupt},
             pages_end_with_an_error},
            {"a reader may begin during an interruption", {need::interrupt}, reader_begins_during_interruption},
            {"the destructor returns during an interruption", {need::interrupt}, end_during_interruption}};
}

} // namespace rill::testing::contract
