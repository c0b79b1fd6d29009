// Runs random schedules of publishing, subscribing, blocking, disconnecting and resuming, and compares the result with
// a simple model. No event is lost without a notice, repeated, or out of order.

#include <charconv>
#include <list>
#include <map>
#include <random>

#include "stage.hpp"
#include "support/whole.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(model_test)

namespace {

/// A client, which uses several connections one after another.
struct reader
{
    bool direct = false;
    std::unique_ptr<direct_client> direct_connection;
    std::unique_ptr<coroutine_client> coroutine_connection;
    bool blocked = false;
    bool anywhere = true;   ///< the client has no position yet, so any first event is correct
    std::uint64_t next = 1; ///< the event that must come next
    std::string last_id;
    bool resumed_badly = false; ///< resumed with an ID that never existed, so a gap must come first
    std::size_t messages = 0;
    std::uint64_t reported_dropped = 0;

    fake_writer* out() const
    {
        return direct_connection      ? &direct_connection->out
               : coroutine_connection ? &coroutine_connection->out
                                      : nullptr;
    }
};

class world
{
public:
    explicit world(unsigned seed) : random_(seed)
    {
        options_.replay.max_events = 1 + upto(40);
        options_.replay.max_bytes = 2'000 + upto(20'000);
        options_.slow = static_cast<pubsub::slow_policy>(upto(2));
        options_.backlog.max_events = 1 + upto(20);
        options_.backlog.max_bytes = 500 + upto(5'000);
        options_.history = upto(2) == 0 ? pubsub::everything : 0;
        own_ids_ = upto(3) == 0;
        channel_.emplace(options_, std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{
                                       .ids = own_ids_ ? pubsub::memory_backplane::id_source::publisher
                                                       : pubsub::memory_backplane::id_source::counter,
                                       .first_id = 1}));
        route_ = rill::make_handler(rill::sse::endpoint(*channel_));
        for (unsigned i = 0; i <= upto(6); ++i) {
            readers_.emplace_back().direct = upto(2) != 0;
        }
    }

    void run()
    {
        for (int step = 0; step < 150; ++step) {
            auto& r = *std::next(readers_.begin(), upto(static_cast<unsigned>(readers_.size()) - 1));
            switch (upto(9)) {
            case 0:
            case 1:
            case 2:
                publish_some();
                break;
            case 3:
            case 4:
                loop_.turn();
                break;
            case 5:
                if (r.out() != nullptr) {
                    r.out()->block();
                    r.blocked = true;
                }
                break;
            case 6:
            case 7:
                unblock(r);
                break;
            case 8:
                cut(r);
                break;
            default:
                connect(r);
            }
            leave_if_ended(r);
        }
        finish();
    }

private:
    unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % (n + 1)); }

    std::string id_of(std::uint64_t n) const
    {
        const auto digits = std::to_string(n);
        return own_ids_ ? std::string(6 - digits.size(), '0') + digits : digits;
    }

    void publish_some()
    {
        for (unsigned n = upto(1) == 0 ? 1 : upto(30); n != 0; --n) {
            const auto key = upto(2) == 0 ? std::string() : std::string(1, static_cast<char>('a' + upto(3)));
            const auto id = id_of(++published_);
            const std::string data(upto(100), 'x');
            keys_.push_back(key);
            const auto given = own_ids_ ? channel_->publish({.data = data, .id = *rill::sse::event_id::parse(id)}, key)
                                        : channel_->publish({.data = data}, key);
            BOOST_REQUIRE_EQUAL(given.value(), id);
        }
    }

    void connect(reader& r)
    {
        if (r.out() != nullptr) {
            return;
        }
        auto id = r.last_id;
        r.resumed_badly = false;
        if (r.last_id.empty()) {
            r.anywhere = options_.history != 0;
            r.next = published_ + 1;
        } else if (upto(9) == 0) {
            id = upto(1) == 0 ? "nonsense" : id_of(published_ + 1);
            r.resumed_badly = true;
        }
        r.blocked = false;
        if (r.direct) {
            r.direct_connection = std::make_unique<direct_client>(loop_, route_, id);
        } else {
            r.coroutine_connection = std::make_unique<coroutine_client>(loop_, channel_->subscribe(id));
        }
        // Nothing is published between the request and the response.
    }

    void unblock(reader& r)
    {
        if (r.out() != nullptr && r.blocked) {
            r.blocked = false;
            r.out()->unblock();
        }
    }

    void cut(reader& r)
    {
        if (r.out() == nullptr) {
            return;
        }
        r.direct ? r.direct_connection->cut() : r.coroutine_connection->cut();
        handlers_cut_ += r.direct ? 0 : 1;
        check(r);
        r.direct_connection.reset();
        r.coroutine_connection.reset();
    }

    // A stream ends without a disconnect only if it was evicted.
    void leave_if_ended(reader& r)
    {
        const bool evicted = (r.direct_connection && r.direct_connection->out.ended != rill::close_reason::open) ||
                             (r.coroutine_connection && r.coroutine_connection->done);
        if (evicted) {
            BOOST_REQUIRE(options_.slow == pubsub::slow_policy::disconnect);
            ++evicted_;
            loop_.turn();
            cut(r);
        }
    }

    bool was_replaced(std::uint64_t n) const
    {
        const auto& key = keys_[n - 1];
        return options_.slow == pubsub::slow_policy::latest_per_key && !key.empty() &&
               std::find(keys_.begin() + static_cast<std::ptrdiff_t>(n), keys_.end(), key) != keys_.end();
    }

    void check(reader& r)
    {
        bool gap = false;
        std::uint64_t dropped = 0;
        for (const auto& e : parse_events(r.out()->sent)) {
            if (!e.id.empty()) {
                r.last_id = e.id;
            }
            if (e.name == "gap") {
                r.resumed_badly = false;
                gap = e.id.empty();
                if (!gap) { // all earlier events are lost, even if the connection ends here
                    r.next = std::stoull(e.id) + 1;
                    r.anywhere = false;
                }
                continue;
            }
            if (e.name == "dropped") {
                BOOST_REQUIRE(options_.slow != pubsub::slow_policy::disconnect);
                BOOST_REQUIRE_EQUAL(std::sscanf(e.data.c_str(), "{\"count\":%lu}", &dropped), 1);
                r.reported_dropped += dropped;
                continue;
            }
            BOOST_REQUIRE(!r.resumed_badly);
            const auto id = std::stoull(e.id);
            BOOST_REQUIRE_LE(id, published_);
            if (r.anywhere || gap) {
                BOOST_REQUIRE(gap || id >= 1);
            } else if (dropped != 0) {
                BOOST_REQUIRE_GE(id, r.next);
                if (options_.slow == pubsub::slow_policy::drop_oldest) {
                    BOOST_REQUIRE_LE(dropped, id - r.next); // never more than the missing events
                }
            } else {
                BOOST_REQUIRE_GE(id, r.next);
                for (auto n = r.next; n < id; ++n) {
                    BOOST_REQUIRE_MESSAGE(was_replaced(n), n << " is missing before " << id);
                }
            }
            r.anywhere = gap = false;
            dropped = 0;
            r.next = id + 1;
            ++r.messages;
        }
        r.out()->sent.clear();
    }

    void finish()
    {
        for (int i = 0; i < 3; ++i) {
            for (auto& r : readers_) {
                unblock(r);
            }
            for (int turn = 0; turn < 20; ++turn) {
                loop_.turn();
            }
        }
        publish_some();
        for (int turn = 0; turn < 20; ++turn) {
            loop_.turn();
        }
        std::size_t messages = 0;
        std::uint64_t reported = 0;
        for (auto& r : readers_) {
            leave_if_ended(r);
            if (r.out() != nullptr) {
                check(r);
                if (!r.anywhere) {
                    for (auto n = r.next; n <= published_; ++n) {
                        BOOST_REQUIRE_MESSAGE(was_replaced(n), n << " did not come");
                    }
                }
                cut(r);
            }
            messages += r.messages;
            reported += r.reported_dropped;
        }
        const auto stats = channel_->stats();
        BOOST_REQUIRE_EQUAL(stats.published, published_);
        BOOST_REQUIRE_GE(stats.delivered, messages);
        BOOST_REQUIRE_LE(stats.delivered, messages + handlers_cut_); // each may have one event that it could not send
        BOOST_REQUIRE_GE(stats.evicted_slow, evicted_);              // some were cut before their eviction was seen
        BOOST_REQUIRE(stats.evicted_slow == 0 || options_.slow == pubsub::slow_policy::disconnect);
        BOOST_REQUIRE_GE(stats.dropped, reported);
        BOOST_REQUIRE_EQUAL(stats.subscribers, 0U);
        BOOST_REQUIRE_EQUAL(stats.unsent_bytes, 0U);
    }

    std::mt19937 random_;
    manual_loop loop_;
    pubsub::channel_options options_;
    bool own_ids_ = false;
    std::optional<pubsub::channel> channel_;
    rill::handler route_;
    std::list<reader> readers_;
    std::uint64_t published_ = 0;
    std::uint64_t evicted_ = 0;
    std::uint64_t handlers_cut_ = 0;
    std::vector<std::string> keys_;
};

// The test has only one thread. Therefore it runs fewer schedules under ThreadSanitizer.
const auto schedules = whole_or<unsigned>(3000, 10);

} // namespace

BOOST_AUTO_TEST_CASE(random_schedules_agree_with_the_model)
{
    for (unsigned seed = 1; seed <= schedules; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            world(seed).run();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
