#include "sqlite/database.hpp"

#include <boost/system/system_error.hpp>

#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::database;
using rill::sqlite::detail::statement;
using rill::sqlite::detail::transaction;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sqlite_database_test)

namespace {

template <class F>
int code_of(F f)
{
    try {
        f();
    } catch (const boost::system::system_error& e) {
        BOOST_TEST((e.code().category() == rill::sqlite::error_category()));
        return e.code().value();
    }
    return SQLITE_OK;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_text_keeps_all_bytes)
{
    temporary_directory files;
    database db(files.file(), database::access::create, 0ms);
    db.run("CREATE TABLE t(a TEXT, b TEXT, c INTEGER)");
    const std::string text("a\0b\r\n\xc3\xa9", 7);
    statement insert(db, "INSERT INTO t VALUES (?1, ?2, ?3)");
    insert.bind(1, text).bind(2, std::string_view()).bind(3, UINT64_MAX / 2);
    insert.step();
    statement select(db, "SELECT a, b, c, NULL FROM t");
    BOOST_TEST_REQUIRE(select.step());
    BOOST_TEST(select.text(0) == text);
    BOOST_TEST(select.text(1).empty());
    BOOST_TEST(!select.is_null(1));
    BOOST_TEST(select.number(2) == UINT64_MAX / 2);
    BOOST_TEST(select.is_null(3));
    BOOST_TEST(!select.step());
}

BOOST_AUTO_TEST_CASE(a_transaction_without_commit_is_undone)
{
    temporary_directory files;
    database db(files.file(), database::access::create, 0ms);
    db.run("CREATE TABLE t(a)");
    {
        const transaction t(db, transaction::kind::write);
        db.run("INSERT INTO t VALUES (1)");
        BOOST_TEST(!db.is_idle());
    }
    BOOST_TEST(db.is_idle());
    BOOST_TEST(ask(db, "SELECT count(*) FROM t") == "0");
    transaction t(db, transaction::kind::write);
    db.run("INSERT INTO t VALUES (1)");
    t.commit();
    BOOST_TEST(ask(db, "SELECT count(*) FROM t") == "1");
}

BOOST_AUTO_TEST_CASE(a_locked_database_is_an_error_after_the_timeout)
{
    temporary_directory files;
    database first(files.file(), database::access::create, 0ms);
    first.run("CREATE TABLE t(a)");
    database second(files.file(), database::access::write, 20ms);
    const transaction t(first, transaction::kind::write);
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(code_of([&] { const transaction other(second, transaction::kind::write); }) == SQLITE_BUSY);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 20ms));
}

BOOST_AUTO_TEST_CASE(access_rights_are_respected)
{
    temporary_directory files;
    BOOST_TEST(code_of([&] { database(files.file(), database::access::write, 0ms); }) == SQLITE_CANTOPEN);
    database(files.file(), database::access::create, 0ms).run("CREATE TABLE t(a)");
    database reader(files.file(), database::access::read, 0ms);
    BOOST_TEST(code_of([&] { reader.run("INSERT INTO t VALUES (1)"); }) == SQLITE_READONLY);
}

BOOST_AUTO_TEST_SUITE_END()
