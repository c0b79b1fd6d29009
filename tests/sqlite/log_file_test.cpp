#include "sqlite/log_file.hpp"

#include <boost/system/system_error.hpp>
#include <fstream>
#include <sys/fsuid.h>
#include <unistd.h>

#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sqlite_log_file_test)

namespace {

struct refusal
{
    int code = SQLITE_OK;
    std::string message;
};

refusal refused(const std::string& file, database::access access = database::access::create)
{
    try {
        log_file({.file = file, .busy_timeout = 10ms}, access, {});
    } catch (const boost::system::system_error& e) {
        return {e.code().value() & 0xff, e.what()};
    }
    return {};
}

void check(const refusal& actual, int code, const std::string& file, const std::string& advice)
{
    BOOST_TEST(actual.code == code);
    BOOST_TEST(actual.message.starts_with("sqlite log " + file + ": "), actual.message);
    BOOST_TEST(actual.message.find(advice) != std::string::npos, actual.message);
}

std::uint64_t epoch_of(const std::string& file, const std::string& boot,
                       rill::sqlite::durability durability = rill::sqlite::durability::normal)
{
    return log_file({.file = file, .durability = durability}, database::access::create, {.boot = boot})
        .state()
        .read()
        .epoch;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_a_clear_error)
{
    temporary_directory files;
    std::ofstream(files.file("text")) << std::string(5'000, 'x');
    check(refused(files.file("text")), SQLITE_NOTADB, files.file("text"), "move it away");
    check(refused(files.file("missing/log")), SQLITE_CANTOPEN, files.file("missing/log"), "the directory must exist");
    check(refused(files.file("missing"), database::access::read), SQLITE_CANTOPEN, files.file("missing"),
          "the file must exist");
    database(files.file("other"), database::access::create, 0ms).run("CREATE TABLE t(a)");
    check(refused(files.file("other")), SQLITE_MISMATCH, files.file("other"), "another program");
    BOOST_TEST(refused(files.file("newer")).code == SQLITE_OK);
    database(files.file("newer"), database::access::write, 0ms).run("PRAGMA user_version = 2");
    check(refused(files.file("newer")), SQLITE_MISMATCH, files.file("newer"), "version 2");
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_a_clear_error)
{
    temporary_directory files;
    database other(files.file(), database::access::create, 0ms);
    other.run("BEGIN EXCLUSIVE");
    check(refused(files.file()), SQLITE_BUSY, files.file(), "another program has locked the file");
}

BOOST_AUTO_TEST_CASE(a_directory_without_the_right_to_write_is_a_clear_error)
{
    temporary_directory files;
    BOOST_TEST(refused(files.file()).code == SQLITE_OK);
    std::filesystem::permissions(files.path(), std::filesystem::perms(0555));
    std::filesystem::permissions(files.file(), std::filesystem::perms(0444));
    const auto before = ::setfsuid(65'534); // for this thread; has an effect only if the test runs as root
    const auto existing = refused(files.file());
    const auto created = refused(files.file("new"));
    ::setfsuid(static_cast<uid_t>(before));
    check(existing, existing.code, files.file(), "the right to write");
    BOOST_TEST((existing.code == SQLITE_READONLY || existing.code == SQLITE_CANTOPEN));
    check(created, SQLITE_CANTOPEN, files.file("new"), "the right to write");
}

BOOST_AUTO_TEST_CASE(an_unclean_file_of_another_boot_begins_an_epoch)
{
    temporary_directory files;
    const auto first = epoch_of(files.file(), "a");
    BOOST_TEST(epoch_of(files.file(), "a") == first);
    BOOST_TEST(epoch_of(files.file(), "b") == first); // nothing was appended
    log_file({.file = files.file()}, database::access::create, {.boot = "b"}).mark_unsynced({.boot = "b"});
    BOOST_TEST(epoch_of(files.file(), "b") == first);
    const auto second = epoch_of(files.file(), "c");
    BOOST_TEST(second > first);
    BOOST_TEST(epoch_of(files.file(), "d") == second); // nothing was appended in the new epoch
}

BOOST_AUTO_TEST_CASE(a_copy_begins_an_epoch)
{
    temporary_directory files;
    const auto first = epoch_of(files.file(), "a");
    std::filesystem::copy(files.file(), files.file("copy"));
    std::filesystem::rename(files.file("copy"), files.file());
    const auto second = epoch_of(files.file(), "a");
    BOOST_TEST(second > first);
    BOOST_TEST(epoch_of(files.file(), "a") == second);
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_noticed)
{
    temporary_directory files;
    log_file log({.file = files.file()}, database::access::create, {});
    BOOST_TEST(log.is_current());
    std::filesystem::remove(files.file());
    BOOST_TEST(!log.is_current());
    const log_file next({.file = files.file()}, database::access::create, {});
    BOOST_TEST(next.is_current());
    BOOST_TEST(!log.is_current());
}

BOOST_AUTO_TEST_SUITE_END()
