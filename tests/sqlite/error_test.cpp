#include <rill/sqlite/error.hpp>

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>

BOOST_AUTO_TEST_SUITE(sqlite_error_test)

BOOST_AUTO_TEST_CASE(the_codes_of_sqlite_stand_for_an_unavailable_log)
{
    for (const int code :
         {SQLITE_FULL, SQLITE_READONLY, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_BUSY, SQLITE_IOERR_WRITE})
    {
        const auto error = rill::sqlite::make_error_code(code);
        BOOST_TEST((error == rill::error::log_unavailable));
        BOOST_TEST((error != rill::error::outcome_unknown));
        BOOST_TEST(error.failed());
    }
    BOOST_TEST((rill::sqlite::make_error_code(SQLITE_OK) != rill::error::log_unavailable));
}

BOOST_AUTO_TEST_CASE(the_message_is_that_of_sqlite)
{
    BOOST_TEST(rill::sqlite::make_error_code(SQLITE_FULL).message() == "database or disk is full");
    BOOST_TEST(std::string(rill::sqlite::error_category().name()) == "sqlite");
}

BOOST_AUTO_TEST_SUITE_END()
