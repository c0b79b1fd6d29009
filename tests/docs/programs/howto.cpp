#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [thread]
#include <thread>

class sensor
{
public:
    explicit sensor(rill::pubsub::channel readings)
        : thread_([readings](const std::stop_token& stop) mutable {
              for (int value = 0; !stop.stop_requested(); ++value) {
                  if (const auto id = readings.publish(std::to_string(value)); !id) { // thread-safe, never waits
                      std::clog << id.error().message() << '\n';
                  }
                  std::this_thread::sleep_for(10ms); // a device that blocks
              }
          })
    {}

private:
    std::jthread thread_; // asked to stop and joined by its destructor
};

rill::router readings_app(const rill::pubsub::channel& readings)
{
    rill::router app;
    app.get("/readings", rill::sse::endpoint(readings));
    return app;
}
// [thread]

// [post]
#include <memory>
#include <rill/core/mailbox.hpp>

// Shows the state of a job that another thread works on. The job calls progress() from its thread.
class job
{
public:
    rill::awaitable<> watch(rill::sse::event_stream& stream)
    {
        worker_ = rill::mailbox::of(co_await boost::asio::this_coro::executor).get_address();
        rill::interval every{100ms};
        while (percent_ < 100) {
            co_await every.tick();
            co_await stream.send(std::to_string(percent_) + " %");
        }
    }

    void progress(int percent) // thread-safe once watch() has begun
    {
        if (!worker_.post([this, percent] { percent_ = percent; })) { // runs on the worker's thread
            std::clog << "the server has stopped\n";
        }
    }

private:
    rill::mailbox::address worker_;
    int percent_ = 0; // belongs to the worker's thread
};
// [post]

// [cors]
rill::router shared_with(std::vector<std::string> origins)
{
    const auto cors = rill::middleware::cors({.origins = std::move(origins), .credentials = true});
    const rill::pubsub::channel news;
    rill::router app;
    app.get("/news", rill::sse::endpoint(news, {.cors = cors})); // only for this route
    return app;
}
// [cors]

// [basic]
rill::router operators_only()
{
    rill::router admin;
    admin.use(rill::middleware::basic_auth([](std::string_view user, std::string_view password) {
        return user == "ada" && rill::equal_in_constant_time(password, "sesame");
    }));
    admin.get("/streams", rill::ops::streams());

    rill::router app;
    app.mount("/admin", std::move(admin));
    return app;
}
// [basic]

#include "docs/programs/drive.hpp"

namespace {

void check_thread()
{
    rill::pubsub::channel readings;
    drive::served server(readings_app(readings));
    drive::client stream(server.port());
    stream.get("/readings");
    {
        const sensor device(readings);
        const auto first = std::stoi(drive::next_data(stream));
        drive::equal(std::stoi(drive::next_data(stream)), first + 1);
    }
    server.begin_stop();
    drive::ends(stream);
}

void check_post()
{
    const auto one = std::make_shared<job>();
    rill::router app;
    app.get("/job", rill::sse::endpoint(&job::watch, one));
    drive::served server(std::move(app));
    drive::client stream(server.port());
    stream.get("/job");
    drive::equal(drive::next_data(stream), "0 %");
    one->progress(100);
    std::string last;
    while (const auto event = stream.event()) {
        last = event->data;
    }
    drive::equal(last, "100 %");
    stream.hang_up();
    server.begin_stop();
}

void check_cors()
{
    drive::served server(shared_with({"https://app.example"}));
    drive::client stream(server.port());
    stream.get("/news", "Origin: https://app.example\r\n");
    drive::equal(stream.header("access-control-allow-origin"), "https://app.example");
    drive::equal(stream.header("access-control-allow-credentials"), "true");
    drive::client preflight(server.port());
    preflight.request("OPTIONS", "/news",
                      "Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n"
                      "Access-Control-Request-Headers: last-event-id\r\n");
    drive::equal(preflight.header("access-control-allow-origin"), "https://app.example");
    server.begin_stop();
    drive::ends(stream);
}

void check_basic()
{
    drive::served server(operators_only());
    drive::client client(server.port());
    drive::equal(client.get("/admin/streams").status(), 401);
    client.body();
    drive::equal(client.get("/admin/streams", "Authorization: Basic YWRhOnNlc2FtZQ==\r\n").status(), 200);
    client.body();
    server.begin_stop();
    client.hang_up();
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_thread();
        check_post();
        check_cors();
        check_basic();
    });
}
