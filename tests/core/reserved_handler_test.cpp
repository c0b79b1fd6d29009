#include "../../framework/src/core/reserved_handler.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>

BOOST_AUTO_TEST_SUITE(reserved_handler_test)

namespace {

namespace asio = boost::asio;
using rill::detail::reserved_handler;
using rill::detail::reserved_memory;

bool lies_in(const reserved_memory& memory, const void* p)
{
    const std::less<const void*> before;
    return !before(p, &memory) && before(p, &memory + 1);
}

bool is_free(reserved_memory& memory)
{
    auto* p = memory.allocate(1);
    const bool free = lies_in(memory, p);
    memory.deallocate(p);
    return free;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_memory_holds_one_block)
{
    reserved_memory memory;
    auto* first = memory.allocate(256);
    auto* second = memory.allocate(1);
    BOOST_TEST(lies_in(memory, first));
    BOOST_TEST(!lies_in(memory, second));
    memory.deallocate(second);
    BOOST_TEST(!is_free(memory));
    memory.deallocate(first);
    BOOST_TEST(is_free(memory));
    auto* large = memory.allocate(257);
    BOOST_TEST(!lies_in(memory, large));
    memory.deallocate(large);
}

BOOST_AUTO_TEST_CASE(the_memory_is_free_while_the_handler_runs)
{
    asio::io_context io;
    const auto memory = std::make_shared<reserved_memory>();
    int runs = 0;
    std::function<void()> run = [&] {
        BOOST_TEST(is_free(*memory));
        if (++runs != 3) {
            asio::post(io, reserved_handler(memory, run));
            BOOST_TEST(!is_free(*memory));
        }
    };
    asio::post(io, reserved_handler(memory, run));
    BOOST_TEST(!is_free(*memory));
    io.run();
    BOOST_TEST(runs == 3);
    BOOST_TEST(memory.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(an_operation_that_never_runs_keeps_the_memory)
{
    std::optional<asio::io_context> io(std::in_place);
    auto memory = std::make_shared<reserved_memory>();
    const std::weak_ptr<reserved_memory> watched = memory;
    asio::post(*io, reserved_handler(memory, [] {}));
    memory.reset();
    BOOST_TEST(!watched.expired());
    io.reset();
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(work_for_the_next_turn_runs_once)
{
    asio::io_context io;
    rill::detail::coalesced_post turn;
    int runs = 0;
    std::function<void()> work = [&] {
        if (++runs == 1) {
            turn.post(io, work); // runs in the turn after this one
        }
    };
    turn.post(io, work);
    turn.post(io, work);
    io.run();
    BOOST_TEST(runs == 2);
    turn.disable();
    turn.post(io, work);
    io.restart();
    BOOST_TEST(io.poll() == 0U);
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_SUITE_END()
