#include "faults/exchange.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "faults/faulty_server.hpp"
#include "server/fixture.hpp"
#include "support/client.hpp"
#include "support/counted.hpp"

namespace rill_faults {

using namespace rill_test;

namespace {

outcome seen(bool right)
{
    return right ? outcome::right : outcome::wrong;
}

/// Returns the worse of two outcomes.
outcome both(outcome a, outcome b)
{
    return std::max(a, b);
}

/// Reads the events of a stream. The client must get exactly these events, or fewer of them and a broken end.
outcome expect_events(client& c, const std::vector<std::string>& data)
{
    for (const auto& each : data) {
        const auto e = c.event();
        if (!e) {
            return outcome::broken;
        }
        if (e->data != each) {
            return outcome::wrong;
        }
    }
    return outcome::right;
}

outcome expect_body(client& c, std::string_view body)
{
    const auto text = c.body();
    return c.status() == 200 ? seen(text == body) : outcome::broken;
}

template <class Part>
outcome attempt(const Part& part)
{
    try {
        return part();
    } catch (const std::runtime_error&) { // the connection of the client is broken
        return outcome::broken;
    }
}

/// One exchange. The parts run one after the other.
class exchange
{
public:
    exchange(faulty_server& server, report& told) : server_(server), told_(told) {}

    void run()
    {
        part(state::bystander, [this] { return bystander_begins(); });
        lasting_ = told_.parts[state::bystander] == outcome::right ? 1 : 0;
        part(state::request, [this] { return plain_requests(); });
        part(state::chunked, [this] { return chunked_request(); });
        part(state::upload, [this] { return upload(); });
        part(state::file, [this] { return file(); });
        part(state::stream, [this] { return stream(); });
        part(state::blocked, [this] { return blocked_stream(); });
        part(state::resume, [this] { return resumed_stream(); });
        part(state::broadcast, [this] { return broadcast(); });
        part(state::leave, [this] { return clients_leave(); });
        part(state::after, [this] { return second_request(); });
        enter(state::drain);
        told_.parts[state::drain] = drain();
    }

private:
    /// Runs a part, and waits until the server has closed its connections.
    template <class Part>
    void part(state s, const Part& body)
    {
        enter(s);
        told_.parts[s] = attempt(body);
        if (s != state::bystander && !eventually([&] { return server_.connections() <= lasting_; })) {
            told_.stayed = name_of(s);
        }
    }

    outcome events_of(state s, client& c, const std::vector<std::string>& data)
    {
        const auto result = expect_events(c, data);
        told_.has_all_events[s] = result == outcome::right;
        return result;
    }

    outcome bystander_begins()
    {
        first_id_ = server_.news().publish("one").value();
        server_.news().publish("two").value();
        auto c = std::make_unique<client>(server_.port());
        c->get("/bystander");
        const auto begun = events_of(state::bystander, *c, {"begun"});
        if (begun == outcome::right) {
            bystander_ = std::move(c);
        }
        return begun;
    }

    outcome plain_requests()
    {
        client c(server_.port());
        c.request("POST", "/echo", {}, "a body");
        const auto first = expect_body(c, "a body");
        if (first != outcome::right) {
            return first;
        }
        c.get("/hello");
        return expect_body(c, "hello");
    }

    outcome chunked_request()
    {
        raw_client c(server_.port());
        c.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
               "Connection: close\r\n\r\n");
        if (!c.read_until("HTTP/1.1 100 Continue\r\n\r\n")) {
            return outcome::broken;
        }
        c.forget();
        c.send("5\r\nfirst\r\n7\r\n second\r\n0\r\n\r\n");
        if (!c.read_to_end() || c.received().find("\r\n\r\nfirst second") == std::string::npos) {
            return outcome::broken;
        }
        return seen(c.received().starts_with("HTTP/1.1 200 ") && c.received().ends_with("\r\n\r\nfirst second"));
    }

    outcome upload()
    {
        raw_client c(server_.port());
        c.send("POST /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
        if (!c.read_until("HTTP/1.1 100 Continue\r\n\r\n")) {
            return outcome::broken;
        }
        c.forget();
        const std::string bytes(0x10000, 'u');
        c.send("10000\r\n" + bytes + "\r\n10000\r\n" + bytes + "\r\n0\r\n\r\n");
        c.send("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        if (!c.read_to_end() || c.received().find("\r\n\r\n131072 bytesHTTP/1.1 200 ") == std::string::npos) {
            return outcome::broken;
        }
        return seen(c.received().starts_with("HTTP/1.1 200 ") && c.received().ends_with("\r\n\r\nhello"));
    }

    outcome file()
    {
        client c(server_.port());
        c.get("/files/file.txt");
        return expect_body(c, std::string(file_size, 'f'));
    }

    outcome stream()
    {
        client c(server_.port());
        c.get("/events");
        const auto events = events_of(state::stream, c, {"1", "2", "3"});
        if (events != outcome::right) {
            return events;
        }
        if (c.event()) {
            return outcome::wrong;
        }
        // The next request uses the same connection. The server may close it if the last bytes had to wait.
        const auto again = attempt([&] {
            c.get("/hello");
            return expect_body(c, "hello");
        });
        return again == outcome::broken ? second_request() : again;
    }

    outcome blocked_stream()
    {
        client c(server_.port());
        c.get("/much");
        const auto events = events_of(state::blocked, c, {std::string(much, 'x'), "end"});
        return events == outcome::right && c.event() ? outcome::wrong : events;
    }

    outcome resumed_stream()
    {
        client c(server_.port());
        c.get("/news", "Last-Event-ID: " + first_id_ + "\r\n");
        return events_of(state::resume, c, {"two"});
    }

    outcome broadcast()
    {
        client reader(server_.port());
        reader.get("/news");
        if (!eventually([&] { return server_.news().subscribers() == lasting_ + 1; })) {
            return reader.event() ? outcome::wrong : outcome::broken; // the stream sends its position at its begin
        }
        client publisher(server_.port());
        publisher.request("POST", "/news", {}, "three");
        publisher.body();
        return publisher.status() == 200 ? events_of(state::broadcast, reader, {"three"}) : outcome::broken;
    }

    outcome clients_leave()
    {
        raw_client finishes(server_.port());
        finishes.get("/waits/fin");
        raw_client resets(server_.port());
        resets.get("/waits/rst");
        const bool both = finishes.read_until("begun") && resets.read_until("begun");
        // The server must check the bytes after the request of a stream before the FIN arrives.
        if (both) {
            finishes.try_send("GET");
            static_cast<void>(eventually([] { return times_made(state::leave, call::ioctl) != 0; }));
        }
        resets.reset();
        return both ? outcome::right : outcome::broken;
    }

    outcome second_request()
    {
        client c(server_.port());
        c.get("/hello");
        return expect_body(c, "hello");
    }

    outcome drain()
    {
        std::unique_ptr<client> idle;
        std::unique_ptr<client> reader;
        const auto before = attempt([&] {
            idle = std::make_unique<client>(server_.port());
            idle->get("/hello");
            return expect_body(*idle, "hello");
        });
        const auto joined = attempt([&] {
            reader = std::make_unique<client>(server_.port());
            reader->get("/news");
            return outcome::right;
        });
        server_.begin_stop();
        const auto farewell = attempt([&] {
            if (joined != outcome::right) {
                return joined;
            }
            const auto events = expect_events(*reader, {"farewell"});
            return events == outcome::right && reader->event() ? outcome::wrong : events;
        });
        return both(both(before, joined), both(farewell, attempt([&] { return bystander_ends(); })));
    }

    /// Checks that the bystander has received all events, and no event after them.
    outcome bystander_ends()
    {
        if (!bystander_) {
            return outcome::right;
        }
        // The event of a broken broadcast may have been published or not.
        if (told_.parts[state::broadcast] != outcome::right) {
            while (bystander_->event()) {
            }
            return outcome::right;
        }
        const auto events = expect_events(*bystander_, {"three", "farewell"});
        return events == outcome::right && bystander_->event() ? outcome::wrong : events;
    }

    faulty_server& server_;
    report& told_;
    std::string first_id_;
    std::size_t lasting_ = 0; ///< connections that last for the whole exchange
    std::unique_ptr<client> bystander_;
};

} // namespace

report run_exchange(unsigned threads)
{
    report told;
    const auto descriptors = open_descriptors();
    {
        faulty_server server(threads, told);
        if (server) {
            exchange(server, told).run();
            server.join();
            told.connections_at_end = server.connections();
            told.streams_at_end = server.stats().streams;
            told.queued_bytes_at_end = server.stats().queued_bytes;
        }
    }
    told.guards = rill_test::counted::alive();
    // At most as before. A sanitizer may have a file open for a short time.
    static_cast<void>(eventually([descriptors] { return open_descriptors() <= descriptors; }, 1s));
    told.descriptors = std::max(0L, static_cast<long>(open_descriptors()) - static_cast<long>(descriptors));
    return told;
}

} // namespace rill_faults
