#include "transport/http1_response_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>

#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::shared_chunk;
using rill::transport::http1_response_writer;

BOOST_AUTO_TEST_SUITE(http1_response_writer_test)

namespace {

using state = rill::detail::write_state;

// A writer without a connection. It records the calls that a connection would get.
class probe final : public http1_response_writer
{
public:
    probe(rill::transport::worker_context& worker, int descriptor)
        : http1_response_writer(worker, rill::transport::stream_socket(descriptor))
    {}

    int blocked = 0;
    int unblocked = 0;
    std::vector<close_reason> broken;

    void chunked() { chunked_ = true; }
    void ended(close_reason reason) { reason_ = reason; }
    bool all_written() { return unsent() == nullptr; }
    std::size_t allocated() const { return has_unsent() ? unsent_data()->bytes.capacity() : 0; }
    auto deadline() const { return write_timeout(); }
    using http1_response_writer::flush;
    using http1_response_writer::unsent_size;

    void end(close_reason) override {}

private:
    void on_blocked() override { ++blocked; }
    void on_unblocked() override { ++unblocked; }
    void on_broken(close_reason why) override { broken.push_back(why); }
    void defer_completions() override {}
};

struct writing
{
    stage s;
    loopback pair;
    probe out{s.worker, pair.server};

    explicit writing(rill::capacity_limits most = {}) : s(rill::handler{}, most) {}

    // The bytes that the client receives while the writer sends its queue.
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

BOOST_AUTO_TEST_CASE(pieces_of_a_chunked_body_are_chunks)
{
    writing w;
    BOOST_CHECK(w.out.put("bare") == state::sent);
    BOOST_CHECK(w.out.put(shared_chunk::copy_of("shared")) == state::sent);
    BOOST_TEST(w.read(10) == "bareshared");
    w.out.chunked();
    BOOST_CHECK(w.out.put("0123456789abcdef") == state::sent);
    BOOST_CHECK(w.out.put(shared_chunk::copy_of("shared")) == state::sent);
    BOOST_CHECK(w.out.send_bytes("as it is") == state::sent);
    const std::string framed = "10\r\n0123456789abcdef\r\n6\r\nshared\r\nas it is";
    BOOST_TEST(w.read(framed.size()) == framed);
    BOOST_TEST(w.s.worker.stats.events == 4U); // bytes that the connection itself sends do not count
    BOOST_TEST(w.s.worker.stats.bytes == 10 + framed.size());
}

BOOST_AUTO_TEST_CASE(two_pieces_are_sent_in_order)
{
    for (const std::size_t first : {std::size_t{10}, much().size()}) {
        for (const std::size_t second : {std::size_t{0}, std::size_t{5}, much().size()}) {
            writing w;
            narrow(w.pair);
            const std::string a(first, 'a');
            const std::string b(second, 'b');
            const bool fits = first + second < 100;
            BOOST_CHECK(w.out.send_bytes(a, b) == (fits ? state::sent : state::queued));
            BOOST_TEST(w.out.blocked == (fits ? 0 : 1));
            BOOST_TEST((w.out.unsent_size() == 0) == fits);
            BOOST_CHECK(w.out.send_bytes("c", "d") == (fits ? state::sent : state::queued));
            BOOST_CHECK(w.read(first + second + 2) == a + b + "cd");
            BOOST_TEST(w.s.shared_capacity.queued_bytes == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(two_pieces_above_the_limit_end_the_stream)
{
    writing w({.max_queued_bytes = 6UL * 1024 * 1024});
    narrow(w.pair);
    BOOST_CHECK(w.out.send_bytes(much(), much()) == state::closed);
    BOOST_TEST((w.out.broken == std::vector{close_reason::over_capacity}));
    writing gone;
    gone.pair.reset_client();
    gone.s.run_until([&] { return gone.out.send_bytes("x", "y") == state::closed; });
    BOOST_TEST((gone.out.broken == std::vector{close_reason::peer_reset}));
}

// An empty chunk would end the body.
BOOST_AUTO_TEST_CASE(an_empty_piece_is_not_sent)
{
    writing w;
    w.out.chunked();
    BOOST_CHECK(w.out.put("") == state::sent);
    BOOST_CHECK(w.out.put(shared_chunk()) == state::sent);
    BOOST_CHECK(w.out.commit(rill::detail::stream_writer::scratch()) == state::sent);
    BOOST_CHECK(w.out.put("x") == state::sent);
    BOOST_TEST(w.read(6) == "1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(queued_bytes_are_sent_in_order)
{
    for (const bool shared : {false, true}) {
        writing w;
        narrow(w.pair);
        w.out.chunked();
        auto piece = shared_chunk::copy_of(much()); // the writer holds its own reference
        const auto all = std::string(piece.chunk()) + "4\r\ntail\r\n5\r\nthird\r\n";
        BOOST_CHECK((shared ? w.out.put(piece) : w.out.put(much())) == state::queued);
        piece = {};
        BOOST_TEST(w.out.blocked == 1);
        BOOST_TEST(!w.out.all_written());
        BOOST_TEST(w.out.unsent_size() > 2UL * 1024 * 1024);
        BOOST_CHECK(w.out.put("tail") == state::queued); // a later piece is queued after the first piece
        BOOST_CHECK(w.out.put(shared_chunk::copy_of("third")) == state::queued);
        BOOST_TEST(w.out.blocked == 1);
        BOOST_TEST(w.s.worker.stats.blocked == 1U);
        BOOST_TEST(w.s.worker.stats.unsent_bytes == w.out.unsent_size());
        BOOST_TEST(w.s.shared_capacity.queued_bytes == w.out.unsent_size());
        BOOST_CHECK(w.read(all.size()) == all);
        BOOST_TEST(w.out.unblocked == 1);
        BOOST_TEST(w.out.all_written());
        BOOST_TEST(w.out.unsent_size() == 0U);
        BOOST_TEST(w.s.worker.stats.blocked == 0U);
        BOOST_TEST(w.s.worker.stats.unsent_bytes == 0U);
        BOOST_TEST(w.s.worker.stats.bytes == all.size());
        BOOST_TEST(w.s.shared_capacity.queued_bytes == 0U);
        BOOST_CHECK(w.out.put("x") == state::sent);
        BOOST_TEST(w.out.broken.empty());
    }
}

// With several writers the queue may never become empty. Its memory must still not grow.
BOOST_AUTO_TEST_CASE(the_memory_of_sent_bytes_is_reused)
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
    BOOST_TEST(w.out.blocked == 1); // the queue was never empty after that
    BOOST_TEST(largest < 10 * held);
}

BOOST_AUTO_TEST_CASE(bytes_above_the_limit_end_the_stream)
{
    writing w({.max_queued_bytes = 8UL * 1024 * 1024});
    narrow(w.pair);
    BOOST_CHECK(w.out.put(much()) == state::queued);
    const auto held = w.out.unsent_size();
    BOOST_CHECK(w.out.put(std::string(8UL * 1024 * 1024, 'x')) == state::closed);
    BOOST_TEST((w.out.broken == std::vector{close_reason::over_capacity}));
    BOOST_TEST(w.s.shared_capacity.overflows == 1U);
    BOOST_TEST(w.s.shared_capacity.queued_bytes == held); // the rejected piece is not queued, not even in part
    {
        loopback another;
        narrow(another);
        probe second(w.s.worker, another.server);
        // The kernel takes a part, and the rest is above the limit.
        BOOST_CHECK(second.put(std::string(16UL * 1024 * 1024, 'x')) == state::closed);
        BOOST_TEST((second.broken == std::vector{close_reason::over_capacity}));
        BOOST_TEST(second.blocked == 0);
    }
    BOOST_TEST(w.s.shared_capacity.overflows == 2U);
    BOOST_TEST(w.s.shared_capacity.queued_bytes == held);
}

BOOST_AUTO_TEST_CASE(the_destructor_releases_queued_bytes)
{
    stage s(rill::handler{});
    loopback pair;
    narrow(pair);
    {
        probe out(s.worker, pair.server);
        BOOST_CHECK(out.put(much()) == state::queued);
        BOOST_TEST(s.worker.stats.blocked == 1U);
    }
    BOOST_TEST(s.worker.stats.blocked == 0U);
    BOOST_TEST(s.worker.stats.unsent_bytes == 0U);
    BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_write_reports_a_broken_connection)
{
    writing w;
    w.pair.reset_client();
    w.s.run_until([&] { return w.out.put("x") == state::closed; });
    BOOST_TEST((w.out.broken == std::vector{close_reason::peer_reset}));
}

BOOST_AUTO_TEST_CASE(flush_reports_a_broken_connection)
{
    writing w;
    narrow(w.pair);
    BOOST_CHECK(w.out.put(much()) == state::queued);
    BOOST_TEST(w.out.flush()); // a full buffer is not an error
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
    BOOST_CHECK(w.out.put(shared_chunk::copy_of("x")) == state::closed);
    BOOST_TEST(w.s.worker.stats.events == 0U);
    BOOST_CHECK(w.out.send_bytes("farewell") == state::sent); // the connection can still send
    BOOST_TEST(w.read(8) == "farewell");
}

BOOST_AUTO_TEST_CASE(a_stream_policy_overrides_the_write_timeout_of_the_server)
{
    writing w;
    BOOST_TEST((w.out.deadline() == w.s.limits.write_timeout));
    const rill::stream_policy own{.write_timeout = 7s};
    w.out.set_policy(own);
    BOOST_TEST((w.out.deadline() == 7s));
    const rill::stream_policy none{};
    w.out.set_policy(none);
    BOOST_TEST((w.out.deadline() == w.s.limits.write_timeout));
}

BOOST_AUTO_TEST_CASE(a_lost_peer_is_detected_before_the_second_heartbeat)
{
    const auto timeout = [](rill::stream_policy policy) {
        writing w;
        rill::transport::stream_socket(w.pair.server).prepare(w.s.limits);
        w.out.set_policy(policy);
        return option(w.pair.server, TCP_USER_TIMEOUT);
    };
    BOOST_TEST(timeout({}) == 30'000);
    BOOST_TEST(timeout({.heartbeat = 10s}) == 7'500);
    // A peer that does not read can still be connected. The write timeout applies to it.
    BOOST_TEST(timeout({.heartbeat = 10s, .write_timeout = 20s}) == 20'000);
    BOOST_TEST(timeout({.heartbeat = 1min}) == 30'000);
    BOOST_TEST(timeout({.heartbeat = std::chrono::milliseconds::max()}) == 30'000);
}

BOOST_AUTO_TEST_CASE(stop_requested_reports_the_drain_of_the_worker)
{
    writing w;
    BOOST_TEST(!w.out.stop_requested());
    w.s.worker.begin_drain();
    BOOST_TEST(w.out.stop_requested());
}

BOOST_AUTO_TEST_SUITE_END()
