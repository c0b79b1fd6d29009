#include <cstdint>
#include <numeric>
#include <string>

#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"

namespace rill::testing::contract {

namespace {

/// The outcomes of appends.
struct outcome_counts
{
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t unknown = 0;

    friend bool operator==(const outcome_counts&, const outcome_counts&) = default;
};

outcome_counts count(const std::vector<append_pointer>& appends)
{
    outcome_counts counts;
    for (const auto& call : appends) {
        counts.acknowledged += call->outcome() == verdict::acknowledged ? 1U : 0U;
        counts.refused += call->outcome() == verdict::refused ? 1U : 0U;
        counts.unknown += call->outcome() == verdict::unknown ? 1U : 0U;
    }
    return counts;
}

std::string to_text(const outcome_counts& counts)
{
    return std::to_string(counts.acknowledged) + " acknowledged, " + std::to_string(counts.refused) + " refused, " +
           std::to_string(counts.unknown) + " unknown";
}

void end_with_pending_work(trial& t)
{
    const auto other = t.open();
    const auto& reader = t.tail(other);
    const auto first = t.append_acknowledged(*other);
    for (int round = 0; round != 5; ++round) {
        auto log = t.open();
        t.tail(log);
        std::vector<std::shared_ptr<page_call>> reads;
        for (int i = 0; i != 100; ++i) {
            const auto data = t.next_data();
            t.append(*log, {.data = data});
            if (i % 10 == 0 && log->holds_past()) {
                reads.push_back(page_call::start(*log, {.after = first->id()}));
            }
        }
        t.start_tail(log);
        t.close(log);
        for (const auto& read : reads) {
            t.expect(read->wait(t.patience()), "expected the destructor to end all reads, came no end of a read");
            read->check(t);
        }
        t.await_all();
    }
    t.settle();
    t.expect(reader.gaps() == 0, "expected no gap because no event is lost, came on_gap()");
    check_history(t);
}

void events_survive_reopening(trial& t)
{
    auto log = t.open();
    const auto old = t.append_many(*log, 20);
    t.close(log);
    log = t.open();
    const auto& reader = t.tail(log);
    const auto added = t.append_many(*log, 20);
    t.await_event(reader, *added.back());
    const auto read = read_past(t, *log, old.front()->id());
    t.expect(!read.failure,
             "expected that the events survive when all connections close, came " + read.failure.message());
    t.expect(read.events.size() == old.size() + added.size() - 1,
             "expected " + std::to_string(old.size() + added.size() - 1) + " events after the first one, came " +
                 std::to_string(read.events.size()));
    for (std::size_t i = 0; i != read.events.size(); ++i) {
        const auto& call = i + 1 < old.size() ? old[i + 1] : added[i + 1 - old.size()];
        t.expect(read.events[i].id == call->id(), "expected " + describe(*call) + ", came " + describe(read.events[i]));
    }
}

void counters(trial& t)
{
    const auto log = t.open();
    const auto before = log->stats();
    t.tail(log);
    t.append_many(*log, 25);
    t.await_all();
    const auto after = log->stats();
    const auto appended = after.appended - before.appended;
    t.expect(appended == 25, "expected 25 in stats().appended, came " + std::to_string(appended));
    t.expect(after.pending_appends == 0,
             "expected no pending appends in stats(), came " + std::to_string(after.pending_appends));
    t.expect(after.connected, "expected stats().connected, came false");
    t.expect(after.gaps == before.gaps, "expected no gaps in stats(), came " + std::to_string(after.gaps));
    t.expect(after.append_failures == before.append_failures && after.unknown_outcomes == before.unknown_outcomes,
             "expected no failed appends in stats(), came " + std::to_string(after.append_failures) + " and " +
                 std::to_string(after.unknown_outcomes) + " unknown ones");
    const auto measured = std::accumulate(after.append_latency.begin(), after.append_latency.end(), std::uint64_t{0});
    t.expect(measured <= after.appended,
             "expected at most one latency per append in stats(), came " + std::to_string(measured));
}

void counted_gaps(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    t.append_many(*log, 5);
    t.faults().save();
    t.await_event(reader, *t.append_many(*log, 5).back());
    t.faults().lose_tail();
    t.await_event(reader, *t.append_until_acknowledged(*log));
    const auto counted = log->stats().gaps;
    t.expect(counted >= 1 && counted >= reader.gaps(), "expected the calls of on_gap() in stats().gaps, came " +
                                                           std::to_string(counted) + " after " +
                                                           std::to_string(reader.gaps()) + " calls");
}

void counted_outcomes(trial& t)
{
    const auto log = t.open();
    t.tail(log);
    t.append_many(*log, 5);
    t.faults().interrupt();
    for (int i = 0; i != 20; ++i) {
        const auto data = t.next_data();
        t.append(*log, {.data = data});
    }
    t.faults().restore();
    t.settle();
    const auto stats = log->stats();
    t.expect(stats.pending_appends == 0,
             "expected no pending appends in stats(), came " + std::to_string(stats.pending_appends));
    const auto expected = count(t.appends());
    const outcome_counts counted{
        .acknowledged = stats.appended, .refused = stats.append_failures, .unknown = stats.unknown_outcomes};
    t.expect(counted == expected,
             "expected the outcomes of all appends in stats(), " + to_text(expected) + ", came " + to_text(counted));
}

} // namespace

std::vector<case_entry> end_cases()
{
    return {{"the destructor ends pending appends, reads and readers", {}, end_with_pending_work},
            {"events survive when all connections close", {need::past}, events_survive_reopening},
            {"stats count appends", {need::counters}, counters},
            {"stats count gaps", {need::counters, need::lose_tail_while_open}, counted_gaps},
            {"stats count the outcomes during an interruption", {need::counters, need::interrupt}, counted_outcomes}};
}

} // namespace rill::testing::contract
