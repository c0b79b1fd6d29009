#include "sqlite/log_core.hpp"

#include <csignal>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "sqlite/child_process.hpp"
#include "sqlite/log_fixture.hpp"

using namespace std::chrono_literals;
using rill::sqlite::backplane;
using rill::sqlite::detail::database;

BOOST_AUTO_TEST_SUITE(sqlite_log_core_test)

namespace {

using texts = std::vector<std::string>;

const auto no_wait = 10ms;

bool is_unavailable(const rill::error_code& code)
{
    return code ==
           boost::system::error_condition(static_cast<int>(rill::error::log_unavailable), rill::error_category());
}

// Appends until an append works. For causes that end at another moment.
std::uint64_t append_until_it_works(backplane& log, std::string_view data)
{
    for (int i = 0; i != 600; ++i) {
        if (const auto id = append(log, data)) {
            return *id;
        }
        std::this_thread::sleep_for(100ms);
    }
    throw std::runtime_error("no append works");
}

// For a child process, which cannot use the checks of Boost.Test.
class findings
{
public:
    void check(bool fulfilled, const std::string& rule) { text_ += fulfilled ? "" : rule + "\n"; }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

// A mount of this process is not visible to others. A user who is not root becomes root of a user namespace.
bool enter_own_mounts()
{
    const auto user = std::to_string(::getuid());
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            return false;
        }
        std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// Fills the file system until an append fails, makes room, and appends again.
void fill_and_make_room(const std::string& file, const std::function<void()>& make_room, int expected, findings& f)
{
    int lines = 0;
    backplane log({.file = file, .log = [&](rill::log_level, std::string_view) { ++lines; }});
    const auto first = append(log, "first").value();
    const std::string large(50'000, 'x');
    rill::error_code code;
    int appended = 1;
    for (; appended != 1'000 && !code.failed(); ++appended) {
        const auto id = append(log, large);
        code = id ? rill::error_code() : id.error();
    }
    f.check((code.value() & 0xff) == expected, "code " + std::to_string(code.value()) + " " + code.message());
    f.check(is_unavailable(code), "unavailable");
    for (int i = 0; i != 5; ++i) {
        f.check(!append(log, large), "it stays full");
    }
    f.check(lines == 1, std::to_string(lines) + " lines");
    f.check(!log.stats().connected, "not connected");
    f.check(read_after(log, {.after = std::to_string(first - 1)}).has_value(), "reads work");
    make_room();
    f.check(append_until_it_works(log, "last") == first + std::uint64_t(appended) - 1, "no id is missing");
    f.check(lines == 2, std::to_string(lines) + " lines at the end");
    f.check(log.stats().append_failures >= 6, "failures are counted");
}

} // namespace

BOOST_AUTO_TEST_CASE(waiting_appends_share_a_transaction)
{
    temporary_directory files;
    rill::sqlite::detail::log_core core({.file = files.file()}, {});
    int acknowledged = 0;
    for (int i = 0; i != 1'000; ++i) {
        BOOST_REQUIRE(core.append(make_draft("x"), {}, [&](auto id) { acknowledged += id.has_value() ? 1 : 0; }));
    }
    core.stop();
    core.write();
    BOOST_TEST(acknowledged == 1'000);
    BOOST_TEST(core.transactions() == 1U);
    BOOST_TEST((core.append(make_draft("x"), {}, {}).error() == rill::error::log_unavailable));
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_until_it_has_room)
{
    temporary_directory files;
    const auto found = in_child([&]() -> std::string {
        findings f;
        if (!enter_own_mounts() || ::mount("tmpfs", files.path().c_str(), "tmpfs", 0, "size=2m") != 0) {
            return "skipped";
        }
        std::ofstream(files.file("ballast")) << std::string(1'000'000, 'x');
        const auto make_room = [&] { std::filesystem::remove(files.file("ballast")); };
        fill_and_make_room(files.file(), make_room, SQLITE_FULL, f);
        return f.text();
    });
    if (found == "skipped") {
        BOOST_TEST_MESSAGE("no file system of its own: " << found);
        return;
    }
    BOOST_TEST(found == "");
}

BOOST_AUTO_TEST_CASE(a_limit_of_the_file_size_is_an_error_until_it_is_raised)
{
    temporary_directory files;
    const auto found = in_child([&] {
        findings f;
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const auto before = limit.rlim_cur;
        limit.rlim_cur = 1'000'000;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto raise = [&] {
            limit.rlim_cur = before;
            ::setrlimit(RLIMIT_FSIZE, &limit);
        };
        fill_and_make_room(files.file(), raise, SQLITE_IOERR, f);
        return f.text();
    });
    BOOST_TEST(found == "");
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_an_error_until_it_is_unlocked)
{
    temporary_directory files;
    backplane log({.file = files.file(), .busy_timeout = no_wait});
    collecting_reader reader;
    const tailing tail(log, reader);
    const auto first = append(log, "a").value();
    database other(files.file(), database::access::write, 0ms);
    other.run("BEGIN IMMEDIATE");
    const auto refused = append(log, "b");
    BOOST_TEST((refused.error() == rill::sqlite::make_error_code(SQLITE_BUSY)));
    BOOST_TEST(read_after(log, {.after = std::to_string(first)}).value().at_end);
    other.run("ROLLBACK");
    BOOST_TEST(append(log, "c").value() == first + 1);
    BOOST_TEST(reader.wait_for(2));
    BOOST_TEST((reader.data() == texts{"a", "c"}));
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_a_gap)
{
    temporary_directory files;
    backplane log({.file = files.file()});
    collecting_reader reader;
    const tailing tail(log, reader);
    const auto first = append(log, "a").value();
    database(files.file(), database::access::write, 1s).run(("VACUUM INTO '" + files.file("copy") + "'").c_str());
    append(log, "lost").value();
    for (const auto* end : {"-wal", "-shm"}) {
        std::filesystem::remove(files.file() + end);
    }
    std::filesystem::rename(files.file("copy"), files.file());
    BOOST_TEST(reader.wait_for(3));
    const auto next = append_until_it_works(log, "b");
    BOOST_TEST(next > first + 1);
    BOOST_TEST(reader.wait_for(4));
    BOOST_TEST((reader.data() == texts{"a", "lost", "gap", "b"}));
    BOOST_TEST(reader.numbers()[2] == next - 1);
    BOOST_TEST((read_after(log, {.after = std::to_string(first + 1)}).error() == rill::error::unknown_event_id));
    BOOST_TEST(log.stats().gaps == 1U);
}

BOOST_AUTO_TEST_CASE(a_removed_file_is_a_gap)
{
    temporary_directory files;
    backplane log({.file = files.file()});
    collecting_reader reader;
    const tailing tail(log, reader);
    const auto first = append(log, "a").value();
    for (const auto* end : {"-wal", "-shm", ""}) {
        std::filesystem::remove(files.file() + end);
    }
    BOOST_TEST(append_until_it_works(log, "b") > first + 1);
    BOOST_TEST(reader.wait_for(3));
    BOOST_TEST((reader.data() == texts{"a", "gap", "b"}));
}

BOOST_AUTO_TEST_CASE(a_lost_end_is_a_gap)
{
    temporary_directory files;
    backplane log({.file = files.file()});
    collecting_reader reader;
    const tailing tail(log, reader);
    const auto first = append(log, "a").value();
    append(log, "lost").value();
    database(files.file(), database::access::write, 1s)
        .run(("BEGIN; DELETE FROM event WHERE id > " + std::to_string(first) +
              "; UPDATE rill_log SET last = " + std::to_string(first) + "; COMMIT")
                 .c_str());
    BOOST_TEST(append(log, "b").value() > first + 2);
    BOOST_TEST(reader.wait_for(4));
    BOOST_TEST((reader.data() == texts{"a", "lost", "gap", "b"}));
    BOOST_TEST((read_after(log, {.after = std::to_string(first + 1)}).error() == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_CASE(a_damaged_page_is_an_error_and_not_a_silent_loss)
{
    temporary_directory files;
    std::uint64_t first = 0;
    {
        backplane log({.file = files.file()});
        first = append(log, std::string(1'000, 'x')).value();
        for (int i = 0; i != 500; ++i) {
            append(log, std::string(1'000, 'x')).value();
        }
    }
    {
        std::fstream file(files.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(files.file()) / 8192 * 4096));
        file << std::string(4096, '\xff');
    }
    backplane log({.file = files.file()});
    std::uint64_t seen = first - 1;
    rill::error_code code;
    while (!code.failed() && seen < first + 500) {
        const auto page = read_after(log, {.after = std::to_string(seen)});
        code = page ? rill::error_code() : page.error();
        for (std::size_t i = 0; page && i != page->events.size(); ++i) {
            BOOST_TEST_REQUIRE(page->events[i].number == ++seen);
        }
    }
    BOOST_TEST((is_unavailable(code) || code == make_error_code(rill::error::unknown_event_id)));
    BOOST_TEST(seen < first + 500);
    collecting_reader reader;
    const tailing tail(log, reader, 1'000);
    BOOST_TEST(append(log, "new").value() == first + 501);
    BOOST_TEST(reader.wait_for(2));
    const auto data = reader.data();
    BOOST_TEST(std::ranges::count(data, "gap") >= 1);
}

BOOST_AUTO_TEST_CASE(a_read_only_log_follows_the_others)
{
    temporary_directory files;
    backplane log({.file = files.file()});
    backplane reading({.file = files.file(), .read_only = true});
    collecting_reader reader;
    const tailing tail(reading, reader);
    const auto first = append(log, "a").value();
    BOOST_TEST((append(reading, "x").error() == rill::sqlite::make_error_code(SQLITE_READONLY)));
    BOOST_TEST(reader.wait_for(1));
    BOOST_TEST((reader.data() == texts{"a"}));
    BOOST_TEST(read_after(reading, {.after = std::to_string(first - 1)}).value().events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_power_loss_begins_an_epoch)
{
    temporary_directory files;
    backplane log({.file = files.file()}, {.boot = "a"});
    const auto first = append(log, "a").value();
    // The first connection keeps its boot id, as the file of a machine that has lost its power.
    backplane after({.file = files.file()}, {.boot = "b"});
    BOOST_TEST((read_after(after, {.after = std::to_string(first)}).error() == rill::error::unknown_event_id));
    BOOST_TEST(append(after, "b").value() > first + 1);
}

BOOST_AUTO_TEST_CASE(the_file_does_not_grow_without_limit)
{
    temporary_directory files;
    {
        backplane log({.file = files.file(), .retention = {.max_events = 500}});
        const std::string data(1'000, 'x');
        for (int i = 0; i != 20'000; ++i) {
            while (!log.append(make_draft(data), {}, {})) {
                std::this_thread::sleep_for(1ms);
            }
        }
        append(log, "last").value();
    }
    BOOST_TEST(std::filesystem::file_size(files.file()) < 8'000'000U);
}

BOOST_AUTO_TEST_CASE(old_events_are_removed_while_nothing_is_appended)
{
    temporary_directory files;
    backplane log({.file = files.file(), .retention = {.max_age = 1ms}});
    const auto first = append(log, "a").value();
    rill::error_code code;
    for (int i = 0; i != 600 && !code.failed(); ++i) {
        std::this_thread::sleep_for(100ms);
        const auto page = read_after(log, {.after = std::to_string(first - 1)});
        code = page ? rill::error_code() : page.error();
    }
    BOOST_TEST((code == make_error_code(rill::error::unknown_event_id)));
    BOOST_TEST(read_after(log, {.after = std::to_string(first)}).value().at_end);
}

BOOST_AUTO_TEST_SUITE_END()
