// Runs random schedules of two processes with one numeric log, which loses its newest events. Each stream must get each
// event of its topics once and in order, or a gap notice between the events that it gets.

#include <random>
#include <rill/pubsub/hub.hpp>

#include "model_client.hpp"
#include "numeric_stage.hpp"
#include "stage.hpp"
#include "support/whole.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(lost_tail_model_test)

namespace {

const std::vector<std::string> topics{"a", "b", "c"};

/// A client that disconnects and resumes at any process.
struct client
{
    std::string wanted; ///< topics and patterns, as in the query
    bool direct;
    std::uint64_t last;  ///< the last event that the client has received
    std::string last_id; ///< the last ID that the client has received; a notice has an ID, too
    bool told = false;   ///< the client has got a gap notice after that event
    model_connection connection{};

    bool selects(std::string_view topic) const { return wanted == "*" || wanted.find(topic) != wanted.npos; }
};

class two_processes
{
public:
    /// @param several_topics  whether streams have several topics. The processes then hold all events that they have
    /// got. Otherwise the replay after a gap notice could be incomplete.
    two_processes(unsigned seed, bool several_topics, bool reads_fail) : random_(seed), reads_fail_(reads_fail)
    {
        append(1 + upto(150));
        for (const std::size_t which : {0, 1}) {
            planes_[which] = std::make_shared<numeric_backplane>(log_);
            planes_[which]->max_looks = 1 + upto(100);
            const std::size_t held = several_topics ? 100'000 : 1 + upto(60);
            hubs_[which].emplace(pubsub::hub_options{.channel = {.replay = {.max_events = held},
                                                                 .history = upto(3) == 0 ? 20U : 0U,
                                                                 .backlog = {.max_events = 100'000}}},
                                 planes_[which]);
            routes_[which] = rill::make_handler(rill::sse::endpoint(*hubs_[which]));
        }
        const auto wanted = several_topics ? std::vector<std::string>{"a", "b", "a,c", "*", "c,b", "*"}
                                           : std::vector<std::string>{"a", "b", "c", "a", "b", "c"};
        for (const auto& names : wanted) {
            clients_.push_back({.wanted = names,
                                .direct = clients_.size() % 2 == 0,
                                .last = log_.newest(),
                                .last_id = std::to_string(log_.newest())});
        }
    }

    void run()
    {
        for (int step = 0; step != 300; ++step) {
            act(upto(10));
        }
        finish();
    }

    std::size_t gaps() const noexcept { return gaps_; }
    std::size_t events() const noexcept { return events_; }

private:
    unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % (n + 1)); }

    void append(unsigned count)
    {
        for (; count != 0; --count) {
            log_.append(topics[upto(2)]);
        }
    }
    void act(unsigned action)
    {
        auto& c = clients_[upto(5)];
        auto& p = *planes_[upto(1)];
        switch (action) {
        case 0:
        case 1:
            append(upto(1) == 0 ? 1 : upto(60));
            break;
        case 2:
        case 3:
            p.deliver(upto(20));
            break;
        case 4:
        case 5:
            if (p.pending() != 0) {
                p.failing = reads_fail_ && upto(9) == 0;
                p.answer(upto(static_cast<unsigned>(p.pending()) - 1));
            }
            break;
        case 6:
            c.connection.out() == nullptr ? connect(c) : cut(c);
            break;
        case 7:
            if (c.connection.out() != nullptr) {
                upto(1) == 0 ? c.connection.out()->block() : c.connection.out()->unblock();
            }
            break;
        case 8:
            if (upto(4) == 0) {
                log_.lose_tail(upto(20), 1 + upto(100));
            } else if (upto(9) == 0 && log_.newest() > 100) {
                log_.trim(log_.newest() - 100);
            }
            break;
        default:
            loop_.turn();
        }
    }
    void connect(client& c)
    {
        const auto which = upto(1);
        if (c.direct) {
            c.connection.open_direct(loop_, routes_[which], c.last_id, "/?topics=" + c.wanted);
        } else {
            std::vector<std::string> names;
            for (const auto& topic : topics) {
                if (c.wanted != "*" && c.selects(topic)) {
                    names.push_back(topic);
                }
            }
            c.connection.open_coroutine(loop_, names.empty() ? hubs_[which]->subscribe("*", c.last_id)
                                                             : hubs_[which]->subscribe(names, c.last_id));
        }
    }
    void cut(client& c)
    {
        for (const auto& e : c.connection.cut()) {
            if (!e.id.empty()) {
                c.last_id = e.id;
            }
            if (e.name == "gap") {
                ++gaps_;
                c.told = true;
                continue;
            }
            const auto n = std::stoull(e.data);
            BOOST_REQUIRE_EQUAL(e.id, e.data);
            // After a gap, a process that lags behind the client does not know which events the client has.
            BOOST_REQUIRE(n > c.last || c.told);
            if (!c.told) {
                BOOST_REQUIRE_EQUAL(n, log_.assigned_after(c.last, [&](const auto& t) { return c.selects(t); }));
            }
            ++events_;
            c.told = false;
            c.last = n;
        }
    }
    void finish()
    {
        for (auto& c : clients_) {
            c.connection.out() == nullptr ? connect(c) : void();
            c.connection.out()->unblock();
        }
        for (const auto& topic : topics) {
            log_.append(topic);
        }
        settle(loop_, planes_, clients_, 300, [&](client& c) {
            cut(c);
            connect(c);
        });
        for (auto& c : clients_) {
            cut(c);
            BOOST_REQUIRE_EQUAL(log_.assigned_after(c.last, [&](const auto& t) { return c.selects(t); }), 0U);
        }
    }

    std::mt19937 random_;
    bool reads_fail_;
    manual_loop loop_;
    numeric_log log_;
    std::shared_ptr<numeric_backplane> planes_[2];
    std::optional<pubsub::hub> hubs_[2];
    rill::handler routes_[2];
    std::vector<client> clients_;
    std::size_t gaps_ = 0;
    std::size_t events_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(random_schedules_of_a_log_that_loses_its_tail)
{
    std::size_t gaps = 0;
    std::size_t events = 0;
    const auto schedules = whole_or<unsigned>(200, 10);
    for (unsigned seed = 1; seed <= schedules; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            two_processes both(seed, seed % 2 == 0, seed % 4 > 1);
            both.run();
            gaps += both.gaps();
            events += both.events();
        }
    }
    BOOST_TEST(gaps > schedules);
    BOOST_TEST(events > 100 * schedules);
}

BOOST_AUTO_TEST_SUITE_END()
