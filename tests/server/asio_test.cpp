// Handlers are ordinary Asio coroutines. A handler of a real server can await each Asio operation.

#include "server/asio_operations.hpp"

BOOST_AUTO_TEST_SUITE(asio_in_handlers)

BOOST_DATA_TEST_CASE(an_asio_operation_completes_in_a_handler, data::make(completes), expected)
{
    other_threads others;
    running_server server(completing(others.pool));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(fetch(server, expected.target) == expected.answer);
    }
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(asio_operations_complete_for_many_clients_of_two_workers)
{
    other_threads others;
    running_server server(completing(others.pool), workers(2));
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (const auto& expected : completes) {
                client c(server.port());
                right += c.get(expected.target).body() == expected.answer ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    BOOST_TEST(right == static_cast<int>(4 * completes.size()));
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(a_handler_resolves_a_host_name)
{
    if (!machine_knows_localhost()) {
        BOOST_TEST_MESSAGE("this machine does not know the name localhost");
        return;
    }
    other_threads others;
    running_server server(completing(others.pool));
    BOOST_TEST(fetch(server, "/localhost") == "loopback");
}

BOOST_AUTO_TEST_SUITE_END()
