#include "sqlite/committer.hpp"

#include <boost/system/system_error.hpp>

#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;
using rill::sqlite::durability;

BOOST_AUTO_TEST_SUITE(sqlite_committer_test)

namespace {

using batch = std::vector<pending_append>;

struct test_log
{
    temporary_directory files;
    rill::sqlite::backplane_options options;
    environment system{.boot = "a"};
    log_file log;
    committer commits{options, system};

    explicit test_log(rill::sqlite::backplane_options o = {})
        : options(with_file(std::move(o), files)), log(options, database::access::create, system)
    {}
    static rill::sqlite::backplane_options with_file(rill::sqlite::backplane_options o,
                                                     const temporary_directory& files)
    {
        o.file = files.file();
        o.busy_timeout = std::chrono::milliseconds(10);
        return o;
    }
};

batch events(std::initializer_list<const char*> data, const std::string& key = {})
{
    batch all;
    for (const auto* text : data) {
        all.push_back({.event = make_draft(text), .key = key});
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_batch_gets_consecutive_ids)
{
    test_log t;
    const auto begin = t.log.state().read().last;
    auto first = events({"a", "b", "c"});
    const auto state = t.commits.append(t.log, first, {});
    BOOST_TEST(first[0].id == begin + 1);
    BOOST_TEST(first[2].id == begin + 3);
    BOOST_TEST(state.last == begin + 3);
    BOOST_TEST(t.log.state().read().last == begin + 3);
    auto second = events({"d"});
    t.commits.append(t.log, second, {state.epoch, state.last});
    BOOST_TEST(second[0].id == begin + 4);
}

BOOST_AUTO_TEST_CASE(a_key_is_appended_once_also_within_a_batch)
{
    test_log t({.idempotency_keys = 8});
    auto first = events({"a", "b"}, "k");
    const auto state = t.commits.append(t.log, first, {});
    BOOST_TEST(first[0].id == state.last);
    BOOST_TEST(first[1].id == state.last);
    BOOST_TEST(!first[0].is_repeat);
    BOOST_TEST(first[1].is_repeat);
    for (int i = 0; i != 20; ++i) {
        auto next = events({"x"}, std::to_string(i));
        t.commits.append(t.log, next, {});
    }
    auto remembered = events({"x"}, "12");
    t.commits.append(t.log, remembered, {});
    BOOST_TEST(remembered[0].is_repeat);
    auto forgotten = events({"x"}, "k");
    t.commits.append(t.log, forgotten, {});
    BOOST_TEST(!forgotten[0].is_repeat);
}

BOOST_AUTO_TEST_CASE(the_file_is_marked_before_events_can_be_lost)
{
    test_log t;
    BOOST_TEST(!t.log.state().read().unsynced);
    auto first = events({"a"});
    BOOST_TEST(t.commits.append(t.log, first, {}).unsynced);
    BOOST_TEST(ask(t.log.db(), "PRAGMA synchronous") == "1");
    t.commits.mark_synced(t.log);
    BOOST_TEST(!t.log.state().read().unsynced);
    test_log full({.durability = durability::full});
    auto second = events({"a"});
    BOOST_TEST(!full.commits.append(full.log, second, {}).unsynced);
    BOOST_TEST(ask(full.log.db(), "PRAGMA synchronous") == "2");
}

BOOST_AUTO_TEST_CASE(a_lost_end_begins_an_epoch)
{
    test_log t;
    auto first = events({"a"});
    const auto before = t.commits.append(t.log, first, {});
    t.commits.begin_epoch_if_lost(t.log, {before.epoch, before.last});
    BOOST_TEST(t.log.state().read().epoch == before.epoch);
    t.commits.begin_epoch_if_lost(t.log, {before.epoch, before.last + 1});
    const auto after = t.log.state().read();
    BOOST_TEST(after.epoch > before.last + 1);
    auto second = events({"b"});
    const auto last = t.commits.append(t.log, second, {after.epoch, after.last + 7});
    BOOST_TEST(last.epoch > after.last + 7);
    BOOST_TEST(second[0].id == last.epoch + 1);
}

BOOST_AUTO_TEST_CASE(old_events_are_removed_in_steps)
{
    test_log t({.retention = {.max_events = 10}});
    batch many;
    for (int i = 0; i != 1'000; ++i) {
        many.push_back({.event = make_draft("x")});
    }
    auto state = t.commits.append(t.log, many, {});
    BOOST_TEST(state.events == 10U);
    BOOST_TEST(state.floor == state.last - 10);
    test_log aged({.retention = {.max_age = std::chrono::hours(1)}});
    aged.commits.append(aged.log, many, {});
    BOOST_TEST(!aged.commits.trim(aged.log));
    aged.log.db().run("UPDATE event SET at = 0");
    BOOST_TEST(!aged.commits.trim(aged.log));
    BOOST_TEST(aged.log.state().read().events == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_appended_after_a_failure)
{
    test_log t;
    auto first = events({"a"});
    const auto before = t.commits.append(t.log, first, {});
    database other(t.options.file, database::access::write, {});
    other.run("BEGIN IMMEDIATE");
    auto second = events({"b"});
    BOOST_CHECK_THROW(t.commits.append(t.log, second, {}), boost::system::system_error);
    other.run("ROLLBACK");
    BOOST_TEST(t.log.state().read().last == before.last);
    t.log.db().run("PRAGMA max_page_count = 1");
    auto large = batch();
    large.push_back({.event = make_draft(std::string(1'000'000, 'x'))});
    BOOST_CHECK_THROW(t.commits.append(t.log, large, {}), boost::system::system_error);
    BOOST_TEST(t.log.db().is_idle());
    BOOST_TEST(t.log.state().read().last == before.last);
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_after_its_writes_is_unknown)
{
    const auto unknown = rill::make_error_code(rill::error::outcome_unknown);
    for (const int code : {SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR}) {
        BOOST_TEST((outcome_of_commit(code) == unknown));
    }
    for (const int code : {SQLITE_FULL, SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR_WRITE}) {
        BOOST_TEST((outcome_of_commit(code) == rill::sqlite::make_error_code(code)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
