#include "sqlite/checkpointer.hpp"

#include <thread>

#include "sqlite/log_file.hpp"
#include "sqlite/log_fixture.hpp"

using namespace rill::sqlite::detail;

BOOST_AUTO_TEST_SUITE(sqlite_checkpointer_test)

BOOST_AUTO_TEST_CASE(the_pages_are_copied_into_the_database)
{
    temporary_directory files;
    const rill::sqlite::backplane_options options{.file = files.file()};
    log_file log(options, database::access::create, {});
    auto state = log.state().read();
    log.events().insert(state, make_draft(std::string(1'000'000, 'x')), {});
    BOOST_TEST(std::filesystem::file_size(files.file()) < 1'000'000U);
    checkpointer checkpoints(options);
    std::thread thread([&] { checkpoints.run(); });
    checkpoints.on_commit(999);
    checkpoints.on_commit(1'000);
    for (int i = 0; i != 600 && std::filesystem::file_size(files.file()) < 1'000'000; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    checkpoints.stop();
    thread.join();
    BOOST_TEST(std::filesystem::file_size(files.file()) > 1'000'000U);
}

BOOST_AUTO_TEST_CASE(a_small_log_is_not_copied)
{
    temporary_directory files;
    const rill::sqlite::backplane_options options{.file = files.file("missing")};
    checkpointer checkpoints(options);
    checkpoints.on_commit(10);
    checkpoints.on_commit(5);
    checkpoints.stop();
    checkpoints.run();
    BOOST_TEST(!std::filesystem::exists(files.file("missing")));
}

BOOST_AUTO_TEST_SUITE_END()
