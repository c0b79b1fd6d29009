#include "server/serving/listening_workers.hpp"

#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <unistd.h>

#include "server/fixture.hpp"
#include "support/unix_listener.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(listening_workers_test)

namespace {

struct stage
{
    rill::handler app = [](rill::request&) -> rill::awaitable<rill::response> { co_return rill::response(); };
    rill::server_options options;
    rill::observer events;
    rill::transport::capacity room{options.capacity};
    int made = 0;
    int fails_at = 0; ///< the worker whose setup fails without memory; 0: none fails

    stage()
    {
        options.port = 0;
        events.log = [](rill::log_level, std::string_view) {};
    }

    auto make()
    {
        return rill::make_listening_workers(options, [this] {
            if (++made == fails_at) {
                throw std::bad_alloc();
            }
            return std::make_unique<rill::worker>(app, options, events, room);
        });
    }
};

int listening_socket()
{
    const auto socket = rill::open_listening_socket({}, 0, false);
    BOOST_REQUIRE(socket.has_value());
    return *socket;
}

/// Returns the number of descriptors of this process that refer to the socket.
int descriptors_of(int socket)
{
    struct stat wanted
    {};
    BOOST_REQUIRE(::fstat(socket, &wanted) == 0);
    int count = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        struct stat other
        {};
        count += ::fstat(descriptor, &other) == 0 && other.st_dev == wanted.st_dev && other.st_ino == wanted.st_ino;
    }
    return count;
}

} // namespace

BOOST_AUTO_TEST_CASE(workers_share_a_port_and_belong_to_one_group)
{
    stage s;
    s.options.threads = 3;
    const auto made = s.make();
    BOOST_REQUIRE(made.has_value());
    BOOST_TEST(made->workers.size() == 3U);
    BOOST_TEST(made->address.host == "127.0.0.1");
    BOOST_TEST(made->address.port != 0);
    for (const auto& w : made->workers) {
        BOOST_TEST(rill::worker_group::of(w->io()).workers->size() == 3U);
    }
}

BOOST_AUTO_TEST_CASE(given_sockets_determine_the_address)
{
    const int first = listening_socket();
    const auto port = rill::local_address(first)->port;
    for (const unsigned threads : {1U, 3U}) {
        stage s;
        s.options.threads = threads;
        s.options.host = "none";
        s.options.sockets = {::fcntl(first, F_DUPFD_CLOEXEC, 0), listening_socket()};
        const auto made = s.make();
        BOOST_REQUIRE(made.has_value());
        BOOST_TEST(made->workers.size() == threads);
        BOOST_TEST(made->address.host == "127.0.0.1");
        BOOST_TEST(made->address.port == port);
        BOOST_TEST(s.options.sockets.empty());
    }
    ::close(first);
}

BOOST_AUTO_TEST_CASE(sockets_are_divided_evenly_among_more_workers)
{
    const int first = listening_socket();
    const int second = listening_socket();
    stage s;
    s.options.threads = 5;
    s.options.sockets = {first, second};
    const auto made = s.make();
    BOOST_REQUIRE(made.has_value());
    BOOST_TEST(descriptors_of(first) == 3);
    BOOST_TEST(descriptors_of(second) == 2);
}

// A proxy on the same machine can use a Unix socket.
BOOST_AUTO_TEST_CASE(unix_sockets_are_served)
{
    const std::size_t longest = sizeof(sockaddr_un::sun_path);
    for (const auto& name :
         {unix_listener::path_of(24), unix_listener::path_of(longest), "@rill-served-" + std::to_string(::getpid())})
    {
        const unix_listener named(name);
        rill::server_options options;
        options.sockets = {::fcntl(named.socket, F_DUPFD_CLOEXEC, 0)}; // in blocking mode, as systemd passes it
        options.threads = 2;
        options.limits.linger_timeout = 1h;
        options.capacity.max_connections_per_address = 1; // must not apply, because a Unix peer has no address
        rill::router app;
        app.get("/", [](rill::request& r) { return r.remote_address(); });
        app.get("/events", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    co_await stream.send("event");
                }));
        running_server server(std::move(app), options);
        BOOST_TEST(server.url() == "unix:" + name);
        const auto answer = named.ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(answer.ends_with("\r\n\r\nunix"));
        const auto events = named.ask("GET /events HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        BOOST_TEST(events.find("data: event\n\n") != events.npos);
        BOOST_TEST(events.ends_with("0\r\n\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_socket_that_does_not_listen_is_refused)
{
    const auto before = open_descriptors();
    {
        const unix_listener datagrams(unix_listener::path_of(24), SOCK_DGRAM);
        const unix_listener silent(unix_listener::path_of(25), SOCK_STREAM, false);
        for (const auto& [socket, why] : {std::pair(datagrams.socket, std::errc::wrong_protocol_type),
                                          std::pair(silent.socket, std::errc::invalid_argument)})
        {
            stage s;
            const int wrong = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
            s.options.sockets = {listening_socket(), wrong}; // every socket is checked
            const auto made = s.make();
            BOOST_REQUIRE(!made.has_value());
            BOOST_TEST((made.error().code == why));
            BOOST_TEST(
                made.error().where ==
                "socket " + std::to_string(wrong) +
                    " of server_options::sockets, which must be a listening socket of TCP or a Unix stream socket");
        }
    }
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_no_open_descriptor)
{
    const auto before = open_descriptors();
    for (const bool sockets : {false, true}) {
        stage s;
        s.options.threads = 3;
        s.fails_at = 2;
        if (sockets) {
            s.options.sockets = {listening_socket(), listening_socket()};
        }
        const auto made = s.make();
        BOOST_REQUIRE(!made.has_value());
        BOOST_TEST((made.error().code == std::errc::not_enough_memory));
        BOOST_TEST(made.error().where == "set up a worker");
        BOOST_TEST(open_descriptors() == before);
    }
}

BOOST_AUTO_TEST_SUITE_END()
