// Runs random schedules of an application with snapshots. Clients join, are slow, are cut, and resume. In the end, the
// state of each client equals the state of the application.

#include <charconv>
#include <map>
#include <rill/pubsub/hub.hpp>

#include "remote_stage.hpp"
#include "snapshot_stage.hpp"
#include "support/whole.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(snapshot_model_test)

namespace {

using state_map = std::map<std::string, int>; ///< the value of each topic

/// The event of a change: "TOPIC CHANGE VALUE".
struct change
{
    std::string topic;
    int by = 0;
    int value = 0;

    static change parse(std::string_view text)
    {
        change c;
        const auto first = text.find(' ');
        const auto second = text.find(' ', first + 1);
        c.topic = text.substr(0, first);
        std::from_chars(text.data() + first + 1, text.data() + second, c.by);
        std::from_chars(text.data() + second + 1, text.data() + text.size(), c.value);
        return c;
    }
    std::string text() const { return topic + ' ' + std::to_string(by) + ' ' + std::to_string(value); }
};

struct schedule
{
    unsigned seed = 0;
    /// The application builds its state from the events and sets the position. Clients add the changes. Otherwise the
    /// application changes its state before it publishes, and clients set the values.
    bool is_exact = false;
    bool is_remote = false; ///< the events arrive later, and the ids are opaque
    bool keeps_latest = false;
};

class model
{
public:
    explicit model(const schedule& s) : schedule_(s), random_(s.seed)
    {
        gate_.open();
        if (s.is_remote) {
            log_.append("t0", "t0 5 5"); // before the process begins
            published_["t0"] = 5;
            folded_["t0"] = 5;
            remote_ = std::make_shared<remote_backplane>(log_);
        }
        hub_.emplace(options(), remote_ ? std::static_pointer_cast<pubsub::backplane>(remote_)
                                        : std::make_shared<pubsub::memory_backplane>());
        route_ = rill::make_handler(rill::sse::endpoint(*hub_));
        if (s.is_exact) {
            auto events = hub_->subscribe("*");
            position_ = events.position().id();
            loop_.start(fold(std::move(events)), fold_ended_, stop_fold_);
        }
        for (const auto* topics : {"t0", "t1,t0", "*", "t0", "t2,t1", "*"}) {
            clients_.push_back({.topics = topics, .is_direct = upto(1) == 0});
        }
    }

    void run()
    {
        for (int step = 0; step < 300; ++step) {
            do_step();
        }
        finish();
    }

    int calls() const noexcept { return calls_; }
    int cuts_within() const noexcept { return cuts_within_; }

private:
    struct client
    {
        std::string topics;
        bool is_direct;
        std::string last_id{};
        state_map state{};
        bool is_within = false; ///< it has received a part of a snapshot
        std::unique_ptr<direct_client> direct{};
        std::unique_ptr<coroutine_client> handler{};

        fake_writer* out() const { return direct ? &direct->out : handler ? &handler->out : nullptr; }
        bool has_ended() const { return out()->ended != rill::close_reason::open || (handler && handler->done); }
    };

    unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % (n + 1)); }

    pubsub::hub_options options()
    {
        using std::chrono::milliseconds;
        pubsub::channel_options c;
        c.replay.max_events = (schedule_.is_exact ? 40 : 5) + upto(50);
        c.snapshot = [this](pubsub::snapshot_request r) { return take(std::move(r)); };
        c.snapshot_use = {.max_age = milliseconds(upto(3)), .max_later_events = upto(10), .max_calls = 1 + upto(2)};
        c.slow = schedule_.keeps_latest ? pubsub::slow_policy::latest_per_key : pubsub::slow_policy::disconnect;
        return {.channel = std::move(c)};
    }
    rill::awaitable<rill::result<pubsub::snapshot>> take(pubsub::snapshot_request r)
    {
        ++calls_;
        pubsub::snapshot s;
        const bool before = upto(1) == 0; // the state of the beginning or of the end of the call
        if (before) {
            fill(s, r);
        }
        co_await gate_.pass();
        if (!before) {
            fill(s, r);
        }
        co_return s;
    }
    void fill(pubsub::snapshot& s, const pubsub::snapshot_request& r)
    {
        s.add({.data = "", .name = "begin"});
        for (const auto& [topic, value] : schedule_.is_exact ? folded_ : published_) {
            if (std::ranges::any_of(r.topics, [&](const auto& t) { return t.matches(topic); })) {
                const auto part = change{topic, 0, value}.text();
                s.add({.data = part, .name = "part"}, topic);
            }
        }
        s.add({.data = "", .name = "end"});
        if (schedule_.is_exact) {
            s.set_position(position_);
        }
    }
    rill::awaitable<> fold(pubsub::subscription events)
    {
        while (auto e = co_await events.next()) {
            position_ = e.id();
            if (e.kind() == pubsub::event_kind::gap) {
                reload();
                continue;
            }
            const auto c = change::parse(e.data());
            folded_[c.topic] += c.by;
        }
    }
    /// The application reads its state up to the gap from elsewhere.
    void reload()
    {
        folded_.clear();
        for (std::size_t n = 1; n == 1 || shared_log::id_of(n - 1) != position_; ++n) {
            const auto c = change::parse(log_.at(n).data);
            folded_[c.topic] += c.by;
        }
    }
    void publish()
    {
        change c{.topic = "t" + std::to_string(upto(2)), .by = 1 + static_cast<int>(upto(9))};
        c.value = published_[c.topic] += c.by;
        BOOST_REQUIRE(hub_->publish(c.topic, c.text(), c.topic).has_value());
    }
    // The coroutine that builds the state must not lose events.
    void let_fold()
    {
        for (int i = 0; i < (schedule_.is_exact ? 10 : 0); ++i) {
            loop_.turn();
        }
    }
    void publish_some()
    {
        let_fold();
        for (auto n = upto(8) == 0 ? upto(30) : 1; n != 0; --n) {
            publish();
        }
    }
    void do_step()
    {
        auto& c = clients_[upto(static_cast<unsigned>(clients_.size()) - 1)];
        switch (upto(10)) {
        case 0:
        case 1:
            publish_some();
            break;
        case 2:
            upto(1) == 0 ? gate_.open() : gate_.close();
            break;
        case 3:
        case 4:
            c.out() == nullptr ? connect(c) : cut(c);
            break;
        case 5:
            if (c.out() != nullptr) {
                upto(1) == 0 ? c.out()->block() : c.out()->unblock();
            }
            break;
        case 6:
            loop_.pass(std::chrono::milliseconds(1));
            break;
        case 7:
            deliver(upto(5));
            break;
        default:
            loop_.turn();
        }
    }
    void deliver(std::size_t count)
    {
        if (!remote_) {
            return;
        }
        let_fold();
        if (upto(15) == 0 && remote_->lag() != 0) {
            remote_->lose(1 + upto(5));
            let_fold();
        }
        remote_->deliver(count);
        if (upto(3) == 0) {
            log_.trim(log_.size() - std::min<std::size_t>(log_.size(), upto(20)));
        }
        if (remote_->pending() != 0) {
            remote_->answer(upto(static_cast<unsigned>(remote_->pending()) - 1));
        }
    }
    void connect(client& c)
    {
        if (c.is_direct) {
            c.direct = std::make_unique<direct_client>(loop_, route_, c.last_id, "/?topics=" + c.topics);
            return;
        }
        std::vector<std::string> names;
        for (std::size_t at = 0; at <= c.topics.size();) {
            const auto end = std::min(c.topics.find(',', at), c.topics.size());
            names.push_back(c.topics.substr(at, end - at));
            at = end + 1;
        }
        c.handler = std::make_unique<coroutine_client>(loop_, hub_->join(names, c.last_id));
    }
    void cut(client& c)
    {
        c.direct ? c.direct->cut() : c.handler->cut();
        read(c);
        cuts_within_ += c.is_within ? 1 : 0;
        c.direct.reset();
        c.handler.reset();
    }
    /// Applies the events that the client has received. Also reads the ids of blocks without data.
    void read(client& c)
    {
        std::string_view wire = c.out()->sent;
        for (auto end = wire.find("\n\n"); end != wire.npos; end = wire.find("\n\n")) {
            const auto block = std::string(wire.substr(0, end + 2));
            wire.remove_prefix(end + 2);
            if (const auto id = block.find("id: "); id != block.npos) {
                c.last_id = block.substr(id + 4, block.find('\n', id) - id - 4);
            }
            for (const auto& e : parse_events(block)) {
                apply(c, e);
            }
        }
        c.out()->sent.clear();
    }
    void apply(client& c, const seen_event& e)
    {
        if (e.name == "begin") {
            c.state.clear();
            c.is_within = true;
        } else if (e.name == "end") {
            c.is_within = false;
        } else if (e.name == "part") {
            const auto part = change::parse(e.data);
            c.state[part.topic] = part.value;
        } else if (e.name.empty()) {
            BOOST_REQUIRE(!c.is_within);
            const auto next = change::parse(e.data);
            auto& value = c.state[next.topic];
            value = schedule_.is_exact ? value + next.by : next.value;
        }
    }
    void finish()
    {
        gate_.open();
        for (auto& c : clients_) {
            c.out() == nullptr ? connect(c) : void();
            c.out()->unblock();
        }
        publish();
        for (int i = 0; i < 100; ++i) {
            loop_.pass(std::chrono::milliseconds(1));
            deliver(20);
            for (auto& c : clients_) {
                if (c.has_ended()) {
                    loop_.turn();
                    cut(c);
                    connect(c);
                }
            }
        }
        for (auto& c : clients_) {
            cut(c);
            BOOST_REQUIRE(!fold_ended_.done);
            for (const auto& [topic, value] : published_) {
                const bool is_selected = c.topics == "*" || c.topics.find(topic) != std::string::npos;
                BOOST_REQUIRE_EQUAL(c.state[topic], is_selected ? value : 0);
            }
        }
        stop_fold_.emit(boost::asio::cancellation_type::terminal);
        loop_.turn();
    }

    schedule schedule_;
    std::mt19937 random_;
    manual_loop loop_;
    gate gate_{loop_.context};
    shared_log log_;
    std::shared_ptr<remote_backplane> remote_;
    std::optional<pubsub::hub> hub_;
    rill::handler route_;
    std::vector<client> clients_;
    state_map published_;
    state_map folded_;
    std::string position_;
    manual_loop::outcome fold_ended_;
    boost::asio::cancellation_signal stop_fold_;
    int calls_ = 0;
    int cuts_within_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(random_schedules)
{
    int calls = 0;
    int cuts_within = 0;
    const auto schedules = whole_or<unsigned>(400, 40);
    for (unsigned seed = 1; seed <= schedules; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            const bool is_exact = seed % 2 == 0;
            model m({.seed = seed,
                     .is_exact = is_exact,
                     .is_remote = seed % 3 == 0,
                     .keeps_latest = !is_exact && seed % 3 == 1});
            m.run();
            calls += m.calls();
            cuts_within += m.cuts_within();
        }
    }
    BOOST_TEST(calls > static_cast<int>(schedules));
    BOOST_TEST(cuts_within > 0);
}

BOOST_AUTO_TEST_SUITE_END()
