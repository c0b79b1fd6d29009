// Runs random schedules of two processes with one log. The answers of the log are late, out of order, or missing.

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
                c.out() == nullptr ? connect(c) : cut(c);
                break;
            case 6:
                if (c.out() != nullptr) {
                    upto(1) == 0 ? c.out()->block() : c.out()->unblock();
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
        std::unique_ptr<direct_client> direct_connection{};
        std::unique_ptr<coroutine_client> coroutine_connection{};

        fake_writer* out() const
        {
            return direct_connection      ? &direct_connection->out
                   : coroutine_connection ? &coroutine_connection->out
                                          : nullptr;
        }
        bool has_ended() const
        {
            return out()->ended != rill::close_reason::open || (coroutine_connection && coroutine_connection->done);
        }
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
            c.direct_connection = std::make_unique<direct_client>(loop_, routes_[which], id);
        } else {
            c.coroutine_connection = std::make_unique<coroutine_client>(loop_, channels_[which]->subscribe(id));
        }
    }
    void cut(client& c)
    {
        c.direct ? c.direct_connection->cut() : c.coroutine_connection->cut();
        check(c);
        c.direct_connection.reset();
        c.coroutine_connection.reset();
    }
    void check(client& c)
    {
        for (const auto& e : parse_events(c.out()->sent)) {
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
        c.out()->sent.clear();
    }
    void finish()
    {
        for (auto& c : clients_) {
            c.out() == nullptr ? connect(c) : void();
            c.out()->unblock();
        }
        log_.append({}); // a client that has read everything waits for the next event
        for (int i = 0; i < 100; ++i) {
            loop_.turn();
            for (const auto& p : planes_) {
                p->failing = false;
                p->deliver();
                p->pending() != 0 ? p->answer() : void();
            }
            for (auto& c : clients_) {
                if (c.has_ended()) { // the client was too slow
                    loop_.turn();
                    cut(c);
                    connect(c);
                }
            }
        }
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
