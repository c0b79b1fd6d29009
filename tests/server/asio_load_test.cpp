// Two workers and a thread pool at full load. Other threads complete operations all the time.

#include "server/fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/whole.hpp"

using namespace rill_test;
namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(asio_load)

namespace {

constexpr int clients = 2;
constexpr std::size_t connections = 25; // per client

rill::awaitable<std::thread::id> thread_of_pool()
{
    co_return std::this_thread::get_id();
}

rill::awaitable<rill::response> spawns(asio::thread_pool& pool)
{
    const auto here = std::this_thread::get_id();
    const auto there = co_await asio::co_spawn(pool, thread_of_pool(), asio::use_awaitable);
    expect(there != here && std::this_thread::get_id() == here);
    co_return rill::response::text("done");
}

rill::awaitable<rill::response> posts(asio::thread_pool& pool)
{
    const auto here = std::this_thread::get_id();
    co_await asio::post(pool, asio::use_awaitable);
    expect(std::this_thread::get_id() == here);
    co_return rill::response::text("done");
}

rill::awaitable<rill::response> offloads(asio::thread_pool& pool)
{
    const auto here = std::this_thread::get_id();
    const auto there = co_await rill::offload(pool, [] { return std::this_thread::get_id(); });
    expect(there != here && std::this_thread::get_id() == here);
    co_return rill::response::text("done");
}

rill::router app(asio::thread_pool& pool)
{
    rill::router app;
    app.get("/spawn", [&pool](rill::request&) { return spawns(pool); });
    app.get("/post", [&pool](rill::request&) { return posts(pool); });
    app.get("/offload", [&pool](rill::request&) { return offloads(pool); });
    return app;
}

/// Sends a request on each connection before it reads the first response. The server then has all requests at once.
/// @return the number of correct responses
int load(std::uint16_t port, int requests)
{
    static constexpr std::string_view targets[]{"/spawn", "/post", "/offload"};
    std::vector<std::unique_ptr<raw_client>> open;
    for (std::size_t i = 0; i < connections; ++i) {
        open.push_back(std::make_unique<raw_client>(port));
    }
    int answered = 0;
    for (std::size_t begun = 0; begun < static_cast<std::size_t>(requests); begun += open.size()) {
        for (std::size_t i = 0; i < open.size(); ++i) {
            open[i]->get(targets[(begun / open.size() + i) % std::size(targets)]);
        }
        for (auto& c : open) {
            if (!c->read_until("\r\n\r\ndone") || !c->received().starts_with("HTTP/1.1 200")) {
                return answered;
            }
            c->forget();
            ++answered;
        }
    }
    return answered;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_request_gets_the_result_of_the_thread_pool)
{
    const int each = whole_or(100'000, 10) / clients;
    asio::thread_pool pool(2);
    running_server server(app(pool), workers(2));
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i) {
        threads.emplace_back([&] { answered += load(server.port(), each); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    BOOST_TEST(answered == each * clients);
    server.stop();
    BOOST_TEST(server.log() == "");
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
