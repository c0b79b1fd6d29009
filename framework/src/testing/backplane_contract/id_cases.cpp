#include "testing/backplane_contract/cases.hpp"
#include "testing/backplane_contract/history_check.hpp"
#include "testing/backplane_contract/past_pages.hpp"

namespace rill::testing::contract {

namespace {

void malformed_ids(trial& t)
{
    const auto log = t.open();
    const auto id = t.append_many(*log, 3).front()->id();
    std::vector<std::string> wrong{"x",
                                   "-1",
                                   "+5",
                                   "0x10",
                                   "1e5",
                                   "1.5",
                                   " ",
                                   "\xff",
                                   "\u65e5",
                                   "id:1",
                                   "' OR 1 --",
                                   "*",
                                   ">",
                                   "$",
                                   "-",
                                   "+",
                                   "0-0",
                                   "(1",
                                   "18446744073709551616",
                                   "99999999999999999999999999"};
    wrong.push_back(std::string(2000, '7'));
    wrong.push_back(std::string("1\0002", 3));
    for (const auto* const around : {"0", "00", " ", "+", "\t", "\n"}) {
        wrong.push_back(around + id);
    }
    for (const auto* const around : {" ", "x", ".0", "\n", "-", "-0"}) {
        wrong.push_back(id + around);
    }
    wrong.push_back(id + std::string(1, '\0'));
    for (const auto& text : wrong) {
        expect_unknown(t, *log, text, "a text that is no id");
    }
}

void future_ids(trial& t)
{
    const auto log = t.open();
    const auto last = t.append_many(*log, 5).back()->id();
    if (!log->ids_are_numbers()) {
        expect_unknown(t, *log, last + "9", "an id that the log has not assigned");
        return;
    }
    for (const std::uint64_t distance : {1ULL, 2ULL, 1'000ULL, 1'000'000'000ULL}) {
        expect_unknown(t, *log, std::to_string(std::stoull(last) + distance), "an id of the future");
    }
    expect_unknown(t, *log, std::to_string(UINT64_MAX), "an id of the future");
    expect_unknown(t, *log, std::to_string(INT64_MAX), "an id of the future");
    expect_unknown(t, *log, "1", "an id before the beginning");
    expect_unknown(t, *log, "0", "an id before the beginning");
}

void ids_of_another_log(trial& t)
{
    std::vector<std::string> old;
    auto log = t.open();
    for (const auto& call : t.append_many(*log, 5)) {
        old.push_back(call->id());
    }
    t.close(log);
    t.faults().create();
    log = t.open();
    for (const auto& id : old) {
        expect_unknown(t, *log, id, "an id of another log that was here before");
    }
    for (const auto& call : t.append_many(*log, 5)) {
        for (const auto& id : old) {
            t.expect(call->id() != id, "expected ids that another log has not used, came " + describe(*call));
        }
    }
    for (const auto& id : old) {
        expect_unknown(t, *log, id, "an id of another log that was here before");
    }
}

// The empty id is the beginning of the log. A log that cannot prove that it still holds its first event must refuse it.
void beginning(trial& t)
{
    const auto log = t.open();
    const auto& reader = t.tail(log);
    expect_past(t, *log, "", {}, {}, true);
    t.append_many(*log, 10);
    t.settle();
    expect_past(t, *log, "", reader.events(), {}, true);
    expect_past(t, *t.open(), "", reader.events(), {.max_events = 3}, true);
}

void position_of_begin(trial& t)
{
    const auto log = t.open();
    const auto& first = t.tail(log);
    t.append_many(*log, 10);
    const auto& second = t.tail(t.open());
    t.append_many(*log, 10);
    t.settle();
    check_history(t);
    for (const auto* reader : {&first, &second}) {
        if (const auto id = reader->begin().id; !id.empty()) { // streams send this id to their clients
            expect_past(t, *log, id, reader->events());
        }
    }
}

} // namespace

std::vector<case_entry> id_cases()
{
    return {
        {"a text that is no id is unknown", {need::past}, malformed_ids},
        {"an id that the log has not assigned is unknown", {need::past}, future_ids},
        {"an id of another log is unknown", {need::past}, ids_of_another_log},
        {"a read from the beginning returns all events or fails", {need::past}, beginning},
        {"a read after the position of on_begin returns the events of the reader", {need::past}, position_of_begin}};
}

} // namespace rill::testing::contract
