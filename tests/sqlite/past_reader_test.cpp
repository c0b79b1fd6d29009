#include "sqlite/past_reader.hpp"

#include <fstream>
#include <thread>

#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;

BOOST_AUTO_TEST_SUITE(sqlite_past_reader_test)

namespace {

struct running_reader
{
    temporary_directory files;
    rill::sqlite::backplane_options options{.file = files.file()};
    status counters{options.file, {}};
    std::atomic<std::uint64_t> epoch = 0;
    std::uint64_t last = 0;
    past_reader reader{options, counters, epoch};
    std::thread thread;

    running_reader()
    {
        log_file log(options, database::access::create, {});
        auto state = log.state().read();
        log.events().insert(state, make_draft("x"), {});
        log.state().write(state);
        epoch = state.epoch;
        last = state.last;
    }
    ~running_reader()
    {
        reader.stop();
        if (thread.joinable()) {
            thread.join();
        }
    }
    void run()
    {
        thread = std::thread([this] { reader.run(); });
    }
    rill::result<rill::pubsub::backplane::page> read(std::uint64_t after)
    {
        std::promise<rill::result<rill::pubsub::backplane::page>> answer;
        reader.read({.after = std::to_string(after)}, [&](auto page) { answer.set_value(std::move(page)); });
        return answer.get_future().get();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(reads_are_answered)
{
    running_reader t;
    t.run();
    BOOST_TEST(t.read(t.last - 1).value().events.size() == 1U);
    BOOST_TEST((t.read(t.last + 1).error() == rill::error::unknown_event_id));
    BOOST_TEST(t.counters.get().read_failures == 0U);
}

BOOST_AUTO_TEST_CASE(reads_work_again_after_a_failure)
{
    running_reader t;
    t.run();
    BOOST_TEST(t.read(t.last - 1).has_value());
    std::filesystem::rename(t.files.file(), t.files.file("away"));
    std::ofstream(t.files.file()) << std::string(5'000, 'x');
    BOOST_TEST((t.read(t.last - 1).error() == rill::sqlite::make_error_code(SQLITE_NOTADB)));
    BOOST_TEST(t.counters.get().read_failures == 1U);
    std::filesystem::rename(t.files.file("away"), t.files.file());
    BOOST_TEST(t.read(t.last - 1).value().events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(waiting_reads_fail_at_the_end)
{
    running_reader t;
    int failed = 0;
    const auto expect_failure = [&](auto page) { failed += page.error() == rill::error::log_unavailable ? 1 : 0; };
    t.reader.read({}, expect_failure);
    t.reader.read({}, expect_failure);
    t.reader.stop();
    t.reader.run();
    BOOST_TEST(failed == 2);
    t.reader.read({}, expect_failure);
    BOOST_TEST(failed == 3);
}

BOOST_AUTO_TEST_SUITE_END()
