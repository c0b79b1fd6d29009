#include "transport/http1_response_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>

#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::shared_piece;
using rill::transport::http1_response_writer;

BOOST_AUTO_TEST_SUITE(http1_response_writer_test)

namespace {

using state = rill::response_writer::write_state;

// The writer without a connection around it: what it tells the connection is noted.
class probe final : public http1_response_writer
{
public:
    probe(rill::transport::worker_context& worker, int socket) : http1_response_writer(worker, socket) {}

    int blocked = 0;
    int unblocked = 0;
    std::vector<close_reason> broken;

    void chunked() { chunked_ = true; }
    void ended(close_reason reason) { reason_ = reason; }
    bool all_written() { return unsent() == nullptr; }
    std::size_t allocated() const { return unsent_ ? unsent_->bytes.capacity() : 0; }
    auto deadline() const { return write_timeout(); }
    using http1_response_writer::flush;
    using http1_response_writer::unsent_size;

    void end(close_reason) override {}

private:
    void on_blocked() override { ++blocked; }
    void on_unblocked() override { ++unblocked; }
    void on_broken(close_reason why) override { broken.push_back(why); }
    void wake_later() override {}
};

struct writing
{
    stage s;
    loopback pair;
    probe out{s.worker, pair.server};

    explicit writing(rill::capacity_limits most = {}) : s(rill::handler{}, most) {}

    // What the client gets, while the writer sends what it has left.
    std::string read(std::size_t size)
    {
        std::string got;
        s.run_until([&] {
            std::array<char, 64UL * 1024> buffer;
            const auto count = ::recv(pair.client, buffer.data(), buffer.size(), MSG_DONTWAIT);
            got.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
            return !out.flush() || got.size() >= size;
        });
        return got;
    }
};

int option(int socket, int name)
{
    int value = 0;
    socklen_t length = sizeof value;
    BOOST_REQUIRE(::getsockopt(socket, IPPROTO_TCP, name, &value, &length) == 0);
    return value;
}

} // namespace

BOOST_AUTO_TEST_CASE(pieces_are_chunks_where_the_body_is_chunked)
{
    writing w;
    BOOST_CHECK(w.out.put("bare") == state::sent);
    BOOST_CHECK(w.out.put(shared_piece::copy_of("shared")) == state::sent);
    BOOST_TEST(w.read(10) == "bareshared");
    w.out.chunked();
    BOOST_CHECK(w.out.put("0123456789abcdef") == state::sent);
    BOOST_CHECK(w.out.put(shared_piece::copy_of("shared")) == state::sent);
    BOOST_CHECK(w.out.send_bytes("as it is") == state::sent);
    const std::string framed = "10\r\n0123456789abcdef\r\n6\r\nshared\r\nas it is";
    BOOST_TEST(w.read(framed.size()) == framed);
    BOOST_TEST(w.s.worker.figures.events == 4U); // bytes of the connection's own are none
    BOOST_TEST(w.s.worker.figures.bytes == 10 + framed.size());
}

// An empty chunk would end the body.
BOOST_AUTO_TEST_CASE(an_empty_piece_is_not_sent)
{
    writing w;
    w.out.chunked();
    BOOST_CHECK(w.out.put("") == state::sent);
    BOOST_CHECK(w.out.put(shared_piece()) == state::sent);
    BOOST_CHECK(w.out.commit(w.out.scratch()) == state::sent);
    BOOST_CHECK(w.out.put("x") == state::sent);
    BOOST_TEST(w.read(6) == "1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(what_the_kernel_does_not_take_follows_in_order)
{
    for (const bool shared : {false, true}) {
        writing w;
        narrow(w.pair);
        w.out.chunked();
        auto piece = shared_piece::copy_of(much()); // the stream keeps it for as long as it needs it
        const auto all = std::string(piece.chunk()) + "4\r\ntail\r\n5\r\nthird\r\n";
        BOOST_CHECK((shared ? w.out.put(piece) : w.out.put(much())) == state::queued);
        piece = {};
        BOOST_TEST(w.out.blocked == 1);
        BOOST_TEST(!w.out.all_written());
        BOOST_TEST(w.out.unsent_size() > 2UL * 1024 * 1024);
        BOOST_CHECK(w.out.put("tail") == state::queued); // it must not overtake
        BOOST_CHECK(w.out.put(shared_piece::copy_of("third")) == state::queued);
        BOOST_TEST(w.out.blocked == 1);
        BOOST_TEST(w.s.worker.figures.blocked == 1U);
        BOOST_TEST(w.s.worker.figures.unsent_bytes == w.out.unsent_size());
        BOOST_TEST(w.s.room.queued_bytes == w.out.unsent_size());
        BOOST_CHECK(w.read(all.size()) == all);
        BOOST_TEST(w.out.unblocked == 1);
        BOOST_TEST(w.out.all_written());
        BOOST_TEST(w.out.unsent_size() == 0U);
        BOOST_TEST(w.s.worker.figures.blocked == 0U);
        BOOST_TEST(w.s.worker.figures.unsent_bytes == 0U);
        BOOST_TEST(w.s.worker.figures.bytes == all.size());
        BOOST_TEST(w.s.room.queued_bytes == 0U);
        BOOST_CHECK(w.out.put("x") == state::sent);
        BOOST_TEST(w.out.broken.empty());
    }
}

// Writers that take turns may keep it from ever being empty.
BOOST_AUTO_TEST_CASE(the_memory_of_what_is_sent_does_not_grow)
{
    constexpr std::size_t piece = 256UL * 1024;
    constexpr std::size_t held = 2UL * 1024 * 1024;
    writing w;
    narrow(w.pair);
    std::size_t sent = 0;
    std::size_t largest = 0;
    for (; sent < 64UL * 1024 * 1024; sent += piece) {
        while (w.out.unsent_size() > held) {
            w.read(1);
        }
        BOOST_REQUIRE(w.out.put(std::string(piece, 'x')) != state::closed);
        largest = std::max(largest, w.out.allocated());
        BOOST_REQUIRE(sent < held || w.out.unsent_size() != 0);
    }
    BOOST_TEST(w.out.blocked == 1); // never empty since
    BOOST_TEST(largest < 10 * held);
}

BOOST_AUTO_TEST_CASE(what_there_is_no_room_for_breaks_the_stream)
{
    writing w({.max_queued_bytes = 8UL * 1024 * 1024});
    narrow(w.pair);
    BOOST_CHECK(w.out.put(much()) == state::queued);
    const auto held = w.out.unsent_size();
    BOOST_CHECK(w.out.put(std::string(8UL * 1024 * 1024, 'x')) == state::closed);
    BOOST_TEST((w.out.broken == std::vector{close_reason::over_capacity}));
    BOOST_TEST(w.s.room.overflows == 1U);
    BOOST_TEST(w.s.room.queued_bytes == held); // of the piece that did not fit, nothing
    {
        loopback another;
        narrow(another);
        probe second(w.s.worker, another.server);
        BOOST_CHECK(second.put(std::string(16UL * 1024 * 1024, 'x')) == state::closed); // not even its rest
        BOOST_TEST((second.broken == std::vector{close_reason::over_capacity}));
        BOOST_TEST(second.blocked == 0);
    }
    BOOST_TEST(w.s.room.overflows == 2U);
    BOOST_TEST(w.s.room.queued_bytes == held);
}

BOOST_AUTO_TEST_CASE(the_end_gives_back_what_was_never_sent)
{
    stage s(rill::handler{});
    loopback pair;
    narrow(pair);
    {
        probe out(s.worker, pair.server);
        BOOST_CHECK(out.put(much()) == state::queued);
        BOOST_TEST(s.worker.figures.blocked == 1U);
    }
    BOOST_TEST(s.worker.figures.blocked == 0U);
    BOOST_TEST(s.worker.figures.unsent_bytes == 0U);
    BOOST_TEST(s.room.queued_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_broken_connection_is_told_by_the_write)
{
    writing w;
    w.pair.reset_client();
    w.s.run_until([&] { return w.out.put("x") == state::closed; });
    BOOST_TEST((w.out.broken == std::vector{close_reason::peer_reset}));
}

BOOST_AUTO_TEST_CASE(a_rest_that_can_not_be_sent_is_told_by_flush)
{
    writing w;
    narrow(w.pair);
    BOOST_CHECK(w.out.put(much()) == state::queued);
    BOOST_TEST(w.out.flush()); // nobody has read: that is no error
    w.pair.reset_client();
    w.s.run_until([&] { return !w.out.flush(); });
    BOOST_TEST(!w.out.all_written());
    BOOST_TEST(w.out.unblocked == 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_after_the_end)
{
    writing w;
    w.out.ended(close_reason::drained);
    BOOST_CHECK(w.out.put("x") == state::closed);
    BOOST_CHECK(w.out.put("") == state::closed);
    BOOST_CHECK(w.out.put(shared_piece::copy_of("x")) == state::closed);
    BOOST_TEST(w.s.worker.figures.events == 0U);
    BOOST_CHECK(w.out.send_bytes("farewell") == state::sent); // the connection itself may
    BOOST_TEST(w.read(8) == "farewell");
}

BOOST_AUTO_TEST_CASE(deadlines_are_the_streams_own_or_the_servers)
{
    writing w;
    BOOST_TEST((w.out.deadline() == w.s.limits.write_timeout));
    const rill::stream_policy own{.write_timeout = 7s};
    w.out.policy(own);
    BOOST_TEST((w.out.deadline() == 7s));
    const rill::stream_policy none{};
    w.out.policy(none);
    BOOST_TEST((w.out.deadline() == w.s.limits.write_timeout));
}

BOOST_AUTO_TEST_CASE(a_vanished_peer_is_to_be_found_before_the_second_heartbeat)
{
    const auto timeout = [](rill::stream_policy policy) {
        writing w;
        rill::transport::prepare_connection(w.pair.server, w.s.limits);
        w.out.policy(policy);
        return option(w.pair.server, TCP_USER_TIMEOUT);
    };
    BOOST_TEST(timeout({}) == 30'000);
    BOOST_TEST(timeout({.heartbeat = 10s}) == 7'500);
    BOOST_TEST(timeout({.heartbeat = 10s, .write_timeout = 20s}) == 20'000); // who does not read is no such peer
    BOOST_TEST(timeout({.heartbeat = 1min}) == 30'000);
    BOOST_TEST(timeout({.heartbeat = std::chrono::milliseconds::max()}) == 30'000);
}

BOOST_AUTO_TEST_CASE(the_stop_is_the_workers)
{
    writing w;
    BOOST_TEST(!w.out.stop_requested());
    w.s.worker.begin_drain();
    BOOST_TEST(w.out.stop_requested());
}

BOOST_AUTO_TEST_SUITE_END()
