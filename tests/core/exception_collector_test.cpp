#include "core/exception_collector.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

using rill::detail::exception_collector;

BOOST_AUTO_TEST_SUITE(exception_collector_test)

BOOST_AUTO_TEST_CASE(nothing_fails)
{
    int ran = 0;
    exception_collector failure;
    failure.run([&] { ++ran; });
    failure.run([&] { ++ran; });
    BOOST_CHECK_NO_THROW(failure.rethrow());
    BOOST_TEST(ran == 2);
}

BOOST_AUTO_TEST_CASE(all_run_and_the_first_error_is_thrown_once)
{
    int ran = 0;
    exception_collector failure;
    failure.run([&] { throw std::runtime_error("first " + std::to_string(++ran)); });
    failure.run([&] { throw std::logic_error("second " + std::to_string(++ran)); });
    failure.run([&] { ++ran; });
    BOOST_CHECK_EXCEPTION(failure.rethrow(), std::runtime_error,
                          [](const auto& e) { return e.what() == std::string("first 1"); });
    BOOST_TEST(ran == 3);
    BOOST_CHECK_NO_THROW(failure.rethrow());
}

BOOST_AUTO_TEST_CASE(anything_may_be_thrown)
{
    exception_collector failure;
    failure.run([] { throw 42; });
    BOOST_CHECK_THROW(failure.rethrow(), int);
}

BOOST_AUTO_TEST_SUITE_END()
