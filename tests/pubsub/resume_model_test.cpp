// Runs random schedules of two processes with one log. The answers of the log are late, out of order, or missing.

#include "model_client.hpp"
#include "remote_stage.hpp"
#include "stage.hpp"
#include "support/whole.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(resume_model_test)

namespace {

/// Two processes with one log. Clients disconnect and resume at either process.
class two_processes
{
public:
    two_processes(unsigned seed, bool with_losses) : random_(seed), with_losses_(with_losses)
    {
        const auto already = 1 + upto(150);
        for (unsigned i = 0; i < already; ++i) {
            log_.append({});
        }
        start(0);
        start(1);
        for (unsigned i = 0; i < 4; ++i) {
            clients_.push_back({.direct = i % 2 == 0, .last = already});
        }
    }

    void run()
    {
        for (int step = 0; step < 250; ++step) {
            auto& c = clients_[upto(3)];
            auto& p = *planes_[upto(1)];
            switch (upto(9)) {
            case 0:
            case 1:
                for (auto n = upto(1) == 0 ? 1 : upto(90); n != 0; --n) {
                    log_.append({});
                }
                break;
            case 2:
                p.deliver(upto(20));
                break;
            case 3:
            case 4:
                if (p.pending() != 0) {
                    p.failing = with_losses_ && upto(9) == 0;
                    p.answer(upto(static_cast<unsigned>(p.pending()) - 1));
                }
                break;
            case 5:
                c.connection.out() == nullptr ? connect(c) : cut(c);
                break;
            case 6:
                if (c.connection.out() != nullptr) {
                    upto(1) == 0 ? c.connection.out()->block() : c.connection.out()->unblock();
                }
                break;
            case 7:
                if (with_losses_ && log_.size() > 50) {
                    log_.trim(log_.size() - 50);
                }
                break;
            default:
                loop_.turn();
            }
        }
        finish();
    }

    std::size_t gaps() const noexcept { return gaps_; }
    std::size_t reads() const noexcept { return planes_[0]->reads + planes_[1]->reads; }

private:
    struct client
    {
        bool direct;
        std::size_t last; ///< the last event that the client has received
        bool anywhere = false;
        model_connection connection{};
    };

    unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % (n + 1)); }

    void start(std::size_t which)
    {
        planes_[which] = std::make_shared<remote_backplane>(log_);
        channels_[which].emplace(
            pubsub::channel_options{.replay = {.max_events = 1 + upto(60)}, .backlog = {.max_events = 100'000}},
            planes_[which]);
        routes_[which] = rill::make_handler(rill::sse::endpoint(*channels_[which]));
    }
    void connect(client& c)
    {
        const auto which = upto(1);
        const auto id = shared_log::id_of(c.last);
        if (c.direct) {
            c.connection.open_direct(loop_, routes_[which], id);
        } else {
            c.connection.open_coroutine(loop_, channels_[which]->subscribe(id));
        }
    }
    void cut(client& c)
    {
        for (const auto& e : c.connection.cut()) {
            if (e.name == "gap") {
                ++gaps_;
                c.anywhere = true;
                continue;
            }
            const auto n = static_cast<std::size_t>(std::stoul(e.data));
            BOOST_REQUIRE_EQUAL(e.id, shared_log::id_of(n));
            if (!c.anywhere) {
                BOOST_REQUIRE_EQUAL(n, c.last + 1);
            }
            c.anywhere = false;
            c.last = n;
        }
    }
    void finish()
    {
        for (auto& c : clients_) {
            c.connection.out() == nullptr ? connect(c) : void();
            c.connection.out()->unblock();
        }
        log_.append({}); // a client that has read everything waits for the next event
        settle(loop_, planes_, clients_, 100, [&](client& c) {
            cut(c);
            connect(c);
        });
        for (auto& c : clients_) {
            cut(c);
            BOOST_REQUIRE_EQUAL(c.last, log_.size());
        }
    }

    std::mt19937 random_;
    bool with_losses_;
    manual_loop loop_;
    shared_log log_;
    std::shared_ptr<remote_backplane> planes_[2];
    std::optional<pubsub::channel> channels_[2];
    rill::handler routes_[2];
    std::vector<client> clients_;
    std::size_t gaps_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(random_schedules_of_two_processes)
{
    std::size_t gaps = 0;
    std::size_t reads = 0;
    const auto schedules = whole_or<unsigned>(100, 5);
    for (unsigned seed = 1; seed <= schedules; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            const bool with_losses = seed % 2 == 0;
            two_processes both(seed, with_losses);
            both.run();
            gaps += both.gaps();
            reads += both.reads();
            BOOST_REQUIRE(with_losses || both.gaps() == 0);
        }
    }
    BOOST_TEST(gaps > 0U);
    BOOST_TEST(reads > schedules);
}

BOOST_AUTO_TEST_SUITE_END()
