#include "transport/admission.hpp"

#include <boost/test/unit_test.hpp>

#include "support/loopback.hpp"

BOOST_AUTO_TEST_SUITE(admission_test)

namespace {

using rill::transport::admission;
using rill::transport::capacity;
using rill::transport::stream_socket;
using rill_test::loopback;
using slot = capacity::slot;

} // namespace

BOOST_AUTO_TEST_CASE(a_release_frees_the_slot_of_the_same_address)
{
    const rill::capacity_limits limits{.max_connections_per_address = 1};
    capacity shared(limits);
    admission worker(shared);
    const loopback first;
    const loopback second;
    const stream_socket a(first.server);
    const stream_socket b(second.server);
    for (const auto socket : {a, b}) {
        worker.reserve(socket.descriptor());
    }
    BOOST_TEST((worker.admit(a) == slot::granted));
    BOOST_TEST((worker.admit(b) == slot::provisional)); // both clients have the same address
    BOOST_TEST(!worker.confirm(b));
    worker.release(a, slot::granted);
    BOOST_TEST(worker.confirm(b));
    worker.release(b, slot::granted);
    BOOST_TEST(shared.connections == 0U);
    BOOST_TEST(shared.provisional == 0U);
    BOOST_TEST((worker.admit(a) == slot::granted));
}

BOOST_AUTO_TEST_CASE(a_rejected_connection_has_no_slot_to_release)
{
    const rill::capacity_limits limits{.max_connections = 1};
    capacity shared(limits);
    admission worker(shared);
    const loopback pair;
    const stream_socket socket(pair.server);
    worker.reserve(socket.descriptor());
    BOOST_TEST((worker.admit(socket) == slot::granted));
    worker.release(socket, slot::rejected);
    BOOST_TEST(shared.connections == 1U);
}

// A proxy may have forwarded this address. It can differ from the address of the connection.
BOOST_AUTO_TEST_CASE(streams_count_for_the_address_of_the_request)
{
    const rill::capacity_limits limits{.max_streams_per_address = 1};
    capacity shared(limits);
    admission worker(shared);
    const loopback first;
    const loopback second;
    const stream_socket a(first.server);
    const stream_socket b(second.server);
    for (const auto socket : {a, b}) {
        worker.reserve(socket.descriptor());
    }
    BOOST_TEST(worker.admit_stream(a, "192.0.2.1"));
    BOOST_TEST(!worker.admit_stream(b, "192.0.2.1"));
    BOOST_TEST(worker.admit_stream(b, "192.0.2.2"));
    worker.release_stream(a);
    worker.release_stream(b);
    BOOST_TEST(shared.streams == 0U);
    BOOST_TEST(worker.admit_stream(b, "192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(without_limits_per_address_a_connection_needs_no_entry)
{
    const rill::capacity_limits limits{.max_streams = 1};
    capacity shared(limits);
    admission worker(shared);
    const stream_socket none(-1);
    BOOST_TEST((worker.admit(none) == slot::granted));
    BOOST_TEST(worker.admit_stream(none, "192.0.2.1"));
    BOOST_TEST(!worker.admit_stream(none, "192.0.2.2"));
    worker.release_stream(none);
    worker.release(none, slot::granted);
    BOOST_TEST(shared.connections == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
