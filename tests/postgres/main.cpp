// Handlers that query PostgreSQL with libpq. They wait for its socket with Asio's stream_descriptor. libpq does not use
// Asio or rill. usage: postgres_client CONNINFO

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>
#include <rill/rill.hpp>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using namespace std::chrono_literals;

namespace {

std::string conninfo;
std::atomic<int> open_connections = 0;

/// A connection to the database. It runs one query at a time.
class database
{
public:
    database() : connection_(PQconnectStart(conninfo.c_str())) { ++open_connections; }
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database()
    {
        PQfinish(connection_);
        --open_connections;
    }

    rill::awaitable<> connect()
    {
        for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection_)) {
            if (state == PGRES_POLLING_FAILED) {
                throw std::runtime_error(PQerrorMessage(connection_));
            }
            co_await wait(state == PGRES_POLLING_READING ? stream_descriptor::wait_read
                                                         : stream_descriptor::wait_write);
        }
        PQsetnonblocking(connection_, 1);
    }

    /// Runs the query. Returns the first value of the first row, or an empty text if there is no row.
    rill::awaitable<std::string> ask(std::string query)
    {
        if (PQsendQuery(connection_, query.c_str()) == 0) {
            throw std::runtime_error(PQerrorMessage(connection_));
        }
        while (PQflush(connection_) == 1) {
            co_await wait(stream_descriptor::wait_write);
        }
        std::string value;
        for (;;) {
            while (PQisBusy(connection_) != 0) {
                co_await receive();
            }
            PGresult* result = PQgetResult(connection_);
            if (result == nullptr) {
                co_return value;
            }
            const auto status = PQresultStatus(result);
            if (status == PGRES_TUPLES_OK && PQntuples(result) > 0) {
                value = PQgetvalue(result, 0, 0);
            }
            PQclear(result);
            if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
                throw std::runtime_error(PQerrorMessage(connection_));
            }
        }
    }

    /// Waits for a NOTIFY on a channel for which LISTEN was executed.
    rill::awaitable<std::string> notification()
    {
        for (;;) {
            if (PGnotify* notify = PQnotifies(connection_)) {
                std::string payload = notify->extra;
                PQfreemem(notify);
                co_return payload;
            }
            co_await receive();
        }
    }

private:
    rill::awaitable<> receive()
    {
        co_await wait(stream_descriptor::wait_read);
        if (PQconsumeInput(connection_) == 0) {
            throw std::runtime_error(PQerrorMessage(connection_));
        }
    }

    rill::awaitable<> wait(stream_descriptor::wait_type what)
    {
        // The socket belongs to libpq. libpq closes it, and may replace it while it connects.
        struct borrowed
        {
            stream_descriptor descriptor;
            ~borrowed() { descriptor.release(); }
        };
        const auto worker = co_await asio::this_coro::executor;
        borrowed socket{stream_descriptor(worker, PQsocket(connection_))};
        co_await socket.descriptor.async_wait(what, asio::use_awaitable);
    }

    PGconn* connection_;
};

rill::awaitable<std::string> product()
{
    database db;
    co_await db.connect();
    co_return co_await db.ask("select 6 * 7");
}

rill::awaitable<std::string> sleeps()
{
    database db;
    co_await db.connect();
    co_return co_await db.ask("select pg_sleep(3600)");
}

rill::awaitable<std::string> fails()
{
    database db;
    co_await db.connect();
    std::string text;
    try {
        co_await db.ask("select 1 / 0");
    } catch (const std::runtime_error& e) {
        text = e.what();
    }
    co_return text;
}

rill::awaitable<std::string> notifies(rill::path<"text"> text)
{
    database db;
    co_await db.connect();
    const std::string query = "notify orders, '" + *text + "'"; // the text of this test contains no quotes
    co_await db.ask(query);
    co_return "notified";
}

rill::awaitable<> orders(rill::sse::event_stream& stream)
{
    database db;
    co_await db.connect();
    co_await db.ask("listen orders");
    co_await stream.send("listening");
    for (;;) {
        const auto order = co_await db.notification();
        co_await stream.send(order);
    }
}

[[noreturn]] void fail(const std::string& why)
{
    std::printf("FAILED: %s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

class client
{
public:
    explicit client(std::uint16_t port) : socket_(context_)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    void ask(const std::string& target)
    {
        asio::write(socket_, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    void expect(const std::string& text)
    {
        boost::system::error_code ec;
        const auto size = asio::read_until(socket_, asio::dynamic_buffer(received_), text, ec);
        if (ec) {
            fail("no \"" + text + "\" (" + ec.message() + ") in: " + received_);
        }
        received_.erase(0, size);
    }

private:
    asio::io_context context_;
    asio::ip::tcp::socket socket_;
    std::string received_;
};

void wait_for_connections(int count)
{
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (open_connections != count) {
        if (std::chrono::steady_clock::now() > end) {
            fail("connections to the database: " + std::to_string(open_connections));
        }
        std::this_thread::sleep_for(1ms);
    }
}

void use(std::uint16_t port)
{
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(std::make_unique<client>(port));
    }
    for (int i = 0; i < 20; ++i) {
        for (auto& c : clients) {
            c->ask("/product");
        }
        for (auto& c : clients) {
            c->expect("\r\n\r\n42");
        }
    }
    clients[0]->ask("/fails");
    clients[0]->expect("division by zero");
    wait_for_connections(0);

    client listener(port);
    listener.ask("/orders");
    listener.expect("data: listening\n\n");
    for (const auto* text : {"tea", "milk"}) {
        clients[1]->ask("/notify/" + std::string(text));
        clients[1]->expect("notified");
        listener.expect("data: " + std::string(text) + "\n\n");
    }
    {
        client impatient(port);
        impatient.ask("/sleeps");
        wait_for_connections(2);
    }
    wait_for_connections(1);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: postgres_client CONNINFO\n");
        return 2;
    }
    conninfo = argv[1];
    rill::router app;
    app.get("/product", [] { return product(); });
    app.get("/sleeps", [] { return sleeps(); });
    app.get("/fails", [] { return fails(); });
    app.get("/notify/{text}", notifies);
    app.get("/orders", rill::sse::endpoint(orders));
    rill::server_options options;
    options.port = 0;
    options.threads = 2;
    options.observer.log = [](rill::log_level level, std::string_view text) {
        if (level >= rill::log_level::warning) {
            fail(std::string(text));
        }
    };
    rill::server server(std::move(app), options);
    if (!server.listen()) {
        fail("the server can't listen");
    }
    std::thread serving([&] { server.run(); });
    use(server.port());
    wait_for_connections(0);
    server.stop();
    serving.join();
    std::printf("handlers and PostgreSQL work together\n");
    return 0;
}
