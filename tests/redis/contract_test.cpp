// The contract of backplanes with a real server and its faults.

#include "log_fixture.hpp"
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <rill/testing/backplane_contract.hpp>
#include <thread>

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(redis_contract_test)

namespace {

/// A server for the contract. Each log has its own key.
class stage
{
public:
    explicit stage(redis_server::settings settings) : server_(std::move(settings)) {}
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;
    ~stage() { end_faults(); }

    rill::testing::backplane_fixture fixture()
    {
        rill::testing::backplane_fixture made;
        made.create = [this] {
            end_faults();
            key_ = "log" + std::to_string(++logs_);
        };
        made.open = [this] { return open(); };
        made.trim = [this](std::size_t keep) { server_.command({"XTRIM", key_, "MAXLEN", std::to_string(keep)}); };
        made.patience = std::chrono::seconds(30);
        return made;
    }

    std::shared_ptr<rill::redis::backplane> open() const
    {
        auto options = options_for(server_);
        options.key = key_;
        options.request_timeout = std::chrono::milliseconds(1'000);
        options.append_grace = std::chrono::milliseconds(2'000);
        return std::make_shared<rill::redis::backplane>(options);
    }

    void suspend() { server_.suspend(); }
    void resume() { server_.resume(); }
    void kill() { server_.kill(); }
    void start() { server_.start(); }

    /// The server runs only a part of the time.
    void slow()
    {
        is_slow_ = true;
        brake_ = std::thread([this] {
            while (is_slow_) {
                server_.suspend();
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                server_.resume();
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        });
    }
    void fast()
    {
        is_slow_ = false;
        if (brake_.joinable()) {
            brake_.join();
        }
    }

    void save()
    {
        BOOST_REQUIRE(server_.command({"SAVE"}) == "OK");
        std::filesystem::copy_file(server_.file("dump.rdb"), server_.file("saved.rdb"),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    void load()
    {
        server_.kill();
        std::filesystem::copy_file(server_.file("saved.rdb"), server_.file("dump.rdb"),
                                   std::filesystem::copy_options::overwrite_existing);
        server_.start();
    }

private:
    void end_faults()
    {
        fast();
        if (server_.pid() < 0) {
            server_.start();
        }
        server_.resume();
    }

    redis_server server_;
    std::string key_;
    unsigned logs_ = 0;
    std::atomic<bool> is_slow_{false};
    std::thread brake_;
};

void run(const rill::testing::backplane_fixture& fixture, std::string_view only = {})
{
    const auto report = rill::testing::run_backplane_contract(fixture, only);
    BOOST_TEST_MESSAGE(report.text());
    BOOST_TEST(report.ok(), report.text());
}

} // namespace

BOOST_AUTO_TEST_CASE(the_log_meets_the_contract)
{
    stage server({});
    auto fixture = server.fixture();
    fixture.interrupt = [&] { server.suspend(); };
    fixture.restore = [&] { server.resume(); };
    fixture.slow = [&] { server.slow(); };
    fixture.fast = [&] { server.fast(); };
    fixture.save = [&] { server.save(); };
    fixture.lose_tail = [&] { server.load(); };
    run(fixture);
}

BOOST_AUTO_TEST_CASE(a_persistent_server_that_is_killed_loses_no_event)
{
    stage server({.is_persistent = true});
    auto fixture = server.fixture();
    fixture.interrupt = [&] { server.kill(); };
    fixture.restore = [&] { server.start(); };
    fixture.gap_after_interrupt = true;
    run(fixture, "interrupt");
}

BOOST_AUTO_TEST_SUITE_END()
