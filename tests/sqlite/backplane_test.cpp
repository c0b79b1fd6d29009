#include <rill/sqlite/backplane.hpp>

#include <atomic>
#include <boost/system/system_error.hpp>
#include <sqlite3.h>
#include <stdexcept>
#include <thread>

#include "sqlite/log_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sqlite_backplane_test)

namespace {

using texts = std::vector<std::string>;
using numbers = std::vector<std::uint64_t>;

constexpr auto unknown = rill::error::unknown_event_id;

} // namespace

BOOST_AUTO_TEST_CASE(an_event_is_acknowledged_delivered_and_read)
{
    temporary_directory files;
    collecting_reader reader;
    rill::sqlite::backplane log({.file = files.file()});
    const tailing tail(log, reader);
    const auto first = append(log, "one").value();
    BOOST_TEST(append(log, "two").value() == first + 1);
    BOOST_TEST(reader.wait_for(2));
    BOOST_TEST((reader.data() == texts{"one", "two"}));
    BOOST_TEST((reader.numbers() == numbers{first, first + 1}));
    BOOST_TEST(reader.begin() == first - 1);
    BOOST_TEST(reader.is_consistent());
    const auto page = read_after(log, {.after = std::to_string(first - 1)}).value();
    BOOST_TEST((data_of(page) == texts{"one", "two"}));
    BOOST_TEST(page.at_end);
    BOOST_TEST(page.end.number == first + 1);
    BOOST_TEST(log.ids_are_numbers());
    BOOST_TEST(log.holds_past());
}

BOOST_AUTO_TEST_CASE(a_restart_continues_the_ids)
{
    temporary_directory files;
    std::uint64_t first = 0;
    {
        rill::sqlite::backplane log({.file = files.file()});
        first = append(log, "one").value();
        append(log, "two").value();
    }
    rill::sqlite::backplane log({.file = files.file()});
    collecting_reader all;
    const tailing tail_all(log, all, 100);
    collecting_reader newest;
    const tailing tail_newest(log, newest, 1);
    collecting_reader none;
    const tailing tail_none(log, none);
    BOOST_TEST(append(log, "three").value() == first + 2);
    BOOST_TEST(all.wait_for(3));
    BOOST_TEST(newest.wait_for(2));
    BOOST_TEST(none.wait_for(1));
    BOOST_TEST((all.data() == texts{"one", "two", "three"}));
    BOOST_TEST((newest.data() == texts{"two", "three"}));
    BOOST_TEST((none.data() == texts{"three"}));
    BOOST_TEST(newest.begin() == first);
    BOOST_TEST((data_of(read_after(log, {.after = std::to_string(first)}).value()) == texts{"two", "three"}));
    BOOST_TEST((data_of(read_after(log, {.after = {}}).value()) == texts{"one", "two", "three"}));
}

BOOST_AUTO_TEST_CASE(ids_that_the_log_does_not_hold_are_unknown)
{
    temporary_directory files;
    rill::sqlite::backplane log({.file = files.file()});
    const auto first = append(log, "one").value();
    for (const auto& id : {std::to_string(first - 2), std::to_string(first + 1), "0" + std::to_string(first),
                           std::string("x"), std::string("18446744073709551616"), std::string("-1")})
    {
        BOOST_TEST((read_after(log, {.after = id}).error() == unknown), id);
    }
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_appends_once)
{
    temporary_directory files;
    std::uint64_t first = 0;
    {
        rill::sqlite::backplane log({.file = files.file()});
        first = append(log, "one", {}, "k").value();
        BOOST_TEST(append(log, "again", {}, "k").value() == first);
    }
    rill::sqlite::backplane log({.file = files.file()});
    BOOST_TEST(append(log, "again", {}, "k").value() == first);
    BOOST_TEST(append(log, "two", {}, "l").value() == first + 1);
    BOOST_TEST((data_of(read_after(log, {}).value()) == texts{"one", "two"}));
}

BOOST_AUTO_TEST_CASE(two_logs_on_one_file_have_one_order)
{
    temporary_directory files;
    rill::sqlite::backplane one({.file = files.file()});
    rill::sqlite::backplane two({.file = files.file()});
    collecting_reader from_one;
    collecting_reader from_two;
    const tailing tail_one(one, from_one);
    const tailing tail_two(two, from_two);
    constexpr std::size_t each = 500;
    const auto publish = [](rill::pubsub::backplane& log, const std::string& name) {
        for (std::size_t i = 0; i != each; ++i) {
            BOOST_TEST_REQUIRE(log.append(make_draft(name + std::to_string(i)), {}, {}).has_value());
        }
    };
    std::thread other([&] { publish(two, "b"); });
    publish(one, "a");
    other.join();
    BOOST_TEST(from_one.wait_for(2 * each));
    BOOST_TEST(from_two.wait_for(2 * each));
    BOOST_TEST((from_one.data() == from_two.data()));
    BOOST_TEST((from_one.numbers() == from_two.numbers()));
    const auto ids = from_one.numbers();
    BOOST_TEST(ids.back() - ids.front() == 2 * each - 1);
}

BOOST_AUTO_TEST_CASE(waiting_appends_share_a_transaction)
{
    temporary_directory files;
    rill::sqlite::backplane log({.file = files.file(), .durability = rill::sqlite::durability::full});
    constexpr int count = 2'000;
    std::atomic<int> acknowledged = 0;
    for (int i = 0; i != count; ++i) {
        BOOST_REQUIRE(log.append(make_draft("x"), {}, [&](auto id) { acknowledged += id.has_value() ? 1 : 0; }));
    }
    append(log, "last").value();
    BOOST_TEST(acknowledged == count);
    BOOST_TEST(log.stats().appended == count + 1);
    BOOST_TEST(log.stats().pending_appends == 0U);
}

BOOST_AUTO_TEST_CASE(the_destructor_commits_what_waits)
{
    temporary_directory files;
    std::atomic<int> acknowledged = 0;
    {
        rill::sqlite::backplane log({.file = files.file()});
        for (int i = 0; i != 5'000; ++i) {
            BOOST_REQUIRE(log.append(make_draft("x"), {}, [&](auto id) { acknowledged += id.has_value() ? 1 : 0; }));
        }
    }
    BOOST_TEST(acknowledged == 5'000);
}

BOOST_AUTO_TEST_CASE(an_acknowledgment_may_destroy_the_log)
{
    temporary_directory files;
    std::promise<void> destroyed;
    auto log = std::make_unique<rill::sqlite::backplane>(rill::sqlite::backplane_options{.file = files.file()});
    auto& appended_to = *log;
    BOOST_REQUIRE(appended_to.append(make_draft("x"), {}, [&](auto) {
        log.reset();
        destroyed.set_value();
    }));
    destroyed.get_future().get();
    BOOST_TEST(!log);
}

BOOST_AUTO_TEST_CASE(a_published_id_is_refused)
{
    temporary_directory files;
    rill::sqlite::backplane log({.file = files.file()});
    auto draft = rill::pubsub::event_draft::make({.data = "x", .id = 7});
    BOOST_TEST((log.append(std::move(*draft), {}, {}).error() == rill::error::event_id_refused));
    BOOST_TEST(log.stats().append_failures == 1U);
}

BOOST_AUTO_TEST_CASE(too_many_waiting_appends_are_refused)
{
    temporary_directory files;
    rill::sqlite::backplane log(
        {.file = files.file(), .max_pending_events = 1, .busy_timeout = std::chrono::seconds(60)});
    sqlite3* other = nullptr;
    BOOST_REQUIRE(sqlite3_open(files.file().c_str(), &other) == SQLITE_OK);
    BOOST_REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    rill::result<std::string> refused;
    for (int i = 0; i != 100 && refused; ++i) { // the first ones may be taken before the next one comes
        refused = log.append(make_draft("x"), {}, {});
    }
    BOOST_TEST((refused.error() == rill::error::log_overloaded));
    sqlite3_close(other);
}

BOOST_AUTO_TEST_CASE(invalid_options_are_refused)
{
    using rill::sqlite::backplane;
    BOOST_CHECK_THROW(backplane({}), std::invalid_argument);
    BOOST_CHECK_THROW(backplane({.file = ":memory:"}), std::invalid_argument);
    BOOST_CHECK_THROW(backplane({.file = "/x", .retention = {.max_events = 0}}), std::invalid_argument);
    BOOST_CHECK_THROW(backplane({.file = "/x", .retention = {.max_age = std::chrono::seconds(-1)}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW(backplane({.file = "/x", .max_pending_events = 0}), std::invalid_argument);
    BOOST_CHECK_THROW(backplane({.file = "/x", .busy_timeout = std::chrono::seconds(-1)}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
