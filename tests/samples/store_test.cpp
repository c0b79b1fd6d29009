// Tests the option --store of the samples.

#include <support/store.hpp>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>

#include "support/temporary_directory.hpp"

BOOST_AUTO_TEST_SUITE(store_test)

BOOST_AUTO_TEST_CASE(the_default_is_a_log_in_memory)
{
    BOOST_TEST(samples::check_store("memory").empty());
    BOOST_TEST(!samples::is_shared("memory"));
    const auto log = samples::open_store("memory");
    BOOST_TEST((dynamic_cast<rill::pubsub::memory_backplane*>(log.get()) != nullptr));
}

BOOST_AUTO_TEST_CASE(unknown_texts_are_refused)
{
    for (const auto* text : {"", "memory:", "file.db", "postgres://localhost", "http://user:secret@localhost"}) {
        const auto wrong = samples::check_store(text);
        BOOST_TEST(wrong.find("must be memory, sqlite:FILE") != wrong.npos, text);
        BOOST_TEST(wrong.find("secret") == wrong.npos);
        BOOST_CHECK_THROW(samples::open_store(text), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(each_kind_has_a_name)
{
    BOOST_TEST(samples::kind_of("memory") == "memory");
    BOOST_TEST(samples::kind_of("sqlite:/tmp/a:b.db") == "sqlite");
    BOOST_TEST(samples::kind_of("redis://localhost") == "redis");
    BOOST_TEST(samples::kind_of("unix:///tmp/redis") == "redis");
    BOOST_TEST(samples::kind_of("nats://localhost") == "nats");
    BOOST_TEST(samples::is_shared("sqlite:chat.db"));
    BOOST_TEST(samples::is_shared("redis://localhost"));
    BOOST_TEST(samples::is_shared("nats://localhost"));
}

#ifdef SAMPLES_SQLITE
BOOST_AUTO_TEST_CASE(opens_a_file_of_sqlite)
{
    const rill_test::temporary_directory directory;
    {
        const auto log = samples::open_store("sqlite:" + directory.file("chat.db"));
        BOOST_TEST(log->holds_past());
        BOOST_TEST(std::filesystem::exists(directory.file("chat.db")));
    }
    BOOST_TEST(!samples::check_store("sqlite:").empty());
    BOOST_CHECK_THROW(samples::open_store("sqlite:" + directory.file("nowhere/chat.db")), std::exception);
}
#else
BOOST_AUTO_TEST_CASE(a_program_without_sqlite_refuses_it)
{
    BOOST_TEST(samples::check_store("sqlite:chat.db") == "the program was built without the log 'sqlite'");
}
#endif

#ifdef SAMPLES_REDIS
BOOST_AUTO_TEST_CASE(opens_a_log_of_redis_before_it_can_be_reached)
{
    const auto log = samples::open_store("redis://127.0.0.1:1", [](rill::log_level, std::string_view) {});
    BOOST_TEST(log->holds_past());
    const auto wrong = samples::check_store("redis://user:secret@localhost:port");
    BOOST_TEST(!wrong.empty());
    BOOST_TEST(wrong.find("secret") == wrong.npos);
}
#else
BOOST_AUTO_TEST_CASE(a_program_without_redis_refuses_it)
{
    BOOST_TEST(samples::check_store("redis://localhost") == "the program was built without the log 'redis'");
}
#endif

#ifdef SAMPLES_NATS
BOOST_AUTO_TEST_CASE(opens_a_log_of_nats_before_it_can_be_reached)
{
    const auto log = samples::open_store("nats://127.0.0.1:1", [](rill::log_level, std::string_view) {});
    BOOST_TEST(log->holds_past());
    BOOST_TEST(!samples::check_store("nats://").empty());
}
#else
BOOST_AUTO_TEST_CASE(a_program_without_nats_refuses_it)
{
    BOOST_TEST(samples::check_store("nats://localhost") == "the program was built without the log 'nats'");
}
#endif

BOOST_AUTO_TEST_SUITE_END()
