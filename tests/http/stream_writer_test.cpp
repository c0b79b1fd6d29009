#include <rill/http/detail/stream_writer.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/http/response_writer.hpp>

#include "support/writer_fixture.hpp"

BOOST_AUTO_TEST_SUITE(stream_writer_test)

namespace {

using fixture = rill_test::writer_fixture;
using rill::detail::stream_writer;
using rill_test::fake_writer;

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_chunk_is_not_sent)
{
    fixture f;
    f.loop.start([](fake_writer& out) -> rill::awaitable<> { co_await out.write(""); }(f.out), f.end);
    BOOST_TEST(f.end.done);
    BOOST_TEST(!f.end.error);
    BOOST_TEST(f.out.chunks == 0U);
}

BOOST_AUTO_TEST_CASE(scratch_begins_with_headroom_for_framing)
{
    auto& buffer = stream_writer::scratch();
    BOOST_TEST(buffer.size() == stream_writer::headroom);
    buffer.append("left over");
    BOOST_TEST(stream_writer::scratch().size() == stream_writer::headroom);
    stream_writer::scratch().append(1'000'000, 'x');
    BOOST_TEST(stream_writer::scratch().capacity() < 100'000U); // the memory of one large event is released
}

BOOST_AUTO_TEST_CASE(of_returns_the_stream_writer_of_a_response_writer)
{
    fixture f;
    rill::response_writer& out = f.out;
    BOOST_CHECK(stream_writer::of(out).put("text") == rill::detail::write_state::sent);
    BOOST_TEST(f.out.sent == "text");
}

BOOST_AUTO_TEST_SUITE_END()
