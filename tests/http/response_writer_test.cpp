#include <rill/http/response_writer.hpp>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "support/writer_fixture.hpp"

BOOST_AUTO_TEST_SUITE(response_writer_test)

namespace {

using fixture = rill_test::writer_fixture;
using rill_test::fake_writer;
using rill_test::manual_loop;

} // namespace

BOOST_AUTO_TEST_CASE(only_finish_on_shutdown_lets_a_stream_finish)
{
    fixture f;
    const auto waits = [](fake_writer& out) -> rill::awaitable<> {
        BOOST_TEST(!out.stop_requested());
        co_await out.stopped();
    };
    std::vector<manual_loop::outcome> ends(2);
    for (auto& end : ends) { // several coroutines may wait
        f.loop.start(waits(f.out), end);
    }
    rill::shutdown_signal::of(f.loop.context).request();
    f.loop.turn();
    for (const auto& end : ends) {
        BOOST_TEST(end.done);
        BOOST_TEST(!end.error);
    }
    BOOST_TEST(!f.out.finishes());
    f.out.finish_on_shutdown();
    BOOST_TEST(f.out.finishes());
}

BOOST_AUTO_TEST_SUITE_END()
