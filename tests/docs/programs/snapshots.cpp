#include <iostream>
#include <memory>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

// [snapshots]
#include <map>
#include <mutex>

class score_board
{
public:
    score_board() : changes_({.snapshot = [this](rill::pubsub::snapshot_request) { return take(); }}) {}

    const rill::pubsub::channel& changes() const { return changes_; }

    void set(const std::string& team, int points)
    {
        const std::lock_guard lock(mutex_);
        points_[team] = points;                                      // first the state
        (void)changes_.publish(team + ' ' + std::to_string(points)); // then the event
    }

private:
    rill::awaitable<rill::result<rill::pubsub::snapshot>> take()
    {
        rill::pubsub::snapshot scores;
        const std::lock_guard lock(mutex_);
        for (const auto& [team, points] : points_) {
            scores.add(team + ' ' + std::to_string(points));
        }
        co_return scores;
    }

    std::mutex mutex_;
    std::map<std::string, int> points_;
    rill::pubsub::channel changes_;
};

rill::router scores(const score_board& board)
{
    rill::router app;
    app.get("/scores", rill::sse::endpoint(board.changes()));
    return app;
}
// [snapshots]

// [snapshots-exact]
class till
{
public:
    till()
        : sales_({.snapshot = [this](rill::pubsub::snapshot_request) { return take(); }}),
          events_(sales_.subscribe()), // subscribe() does not use the snapshot
          position_(events_.position().id())
    {}

    rill::pubsub::channel sales() const { return sales_; } // each event is a price

    rill::awaitable<> add_up() // a background coroutine
    {
        while (auto e = co_await events_.next()) {
            const std::lock_guard lock(mutex_);
            if (e.kind() == rill::pubsub::event_kind::message) {
                total_ += std::stoi(std::string(e.data()));
            } else {
                total_ = count_sales(); // events are missing, see below
            }
            position_ = e.id();
        }
    }

private:
    static int count_sales() { return 0; } // in the database of the application

    rill::awaitable<rill::result<rill::pubsub::snapshot>> take()
    {
        rill::pubsub::snapshot total;
        const std::lock_guard lock(mutex_);
        const auto data = std::to_string(total_);
        total.add({.data = data, .name = "total"});
        total.set_position(position_); // clients get exactly the later events
        co_return total;
    }

    rill::pubsub::channel sales_;
    rill::pubsub::subscription events_;
    std::mutex mutex_;
    int total_ = 0;
    rill::pubsub::log_id position_;
};
// [snapshots-exact]

// [snapshots-handler]
auto scores_of_one_team(const rill::pubsub::channel& changes)
{
    return [changes](rill::sse::event_stream& stream, rill::query<"team"> team) -> rill::awaitable<> {
        auto events = changes.join(stream.last_event_id()); // with the snapshot
        co_await stream.send(events.position());
        while (auto e = co_await events.next()) {
            if (e.kind() != rill::pubsub::event_kind::message || e.data().starts_with(*team)) {
                co_await stream.send(e);
            }
        }
    };
}
// [snapshots-handler]

#include "docs/programs/drive.hpp"

namespace {

void check_scores()
{
    score_board board;
    board.set("red", 1);
    board.set("blue", 2);
    auto app = scores(board);
    app.get("/team", rill::sse::endpoint(scores_of_one_team(board.changes())));
    drive::served server(std::move(app));
    drive::client all(server.port());
    all.get("/scores");
    drive::equal(drive::next_data(all), "blue 2");
    drive::equal(drive::next_data(all), "red 1");
    drive::client red(server.port());
    red.get("/team?team=red");
    drive::equal(drive::next_data(red), "red 1");
    board.set("blue", 3);
    board.set("red", 4);
    drive::equal(drive::next_data(all), "blue 3");
    drive::equal(drive::next_data(all), "red 4");
    drive::equal(drive::next_data(red), "red 4");
    server.begin_stop();
    drive::ends(all);
    drive::ends(red);
}

void check_till()
{
    till market;
    rill::router app;
    app.get("/sales", rill::sse::endpoint(market.sales()));
    rill::server_options options;
    options.background.emplace_back([&market] { return market.add_up(); });
    drive::served server(std::move(app), std::move(options));
    for (int sum = 0, price = 1; price <= 20; ++price) {
        static_cast<void>(market.sales().publish(std::to_string(price)));
        sum += price;
        drive::client stream(server.port());
        stream.get("/sales");
        auto total = std::stoi(drive::next_data(stream));
        while (total < sum) {
            total += std::stoi(drive::next_data(stream));
        }
        drive::equal(total, sum);
    }
    server.begin_stop();
}

} // namespace

int main()
{
    return drive::verdict([] {
        check_scores();
        check_till();
    });
}
