// Compares random histories with a model. The model keeps every event, and computes each time which events are held.

#include <algorithm>
#include <random>
#include <vector>

#include "replay_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(replay_buffer_model_test)

namespace {

class model
{
public:
    explicit model(unsigned seed) : random_(seed), settings_(make_settings()), buffer_(settings_) {}

    void run()
    {
        for (int step = 0; step < 200; ++step) {
            append();
            drop();
            check_held();
            check_reader(events_[upto(static_cast<unsigned>(events_.size()) - 1)].sequence);
        }
    }

private:
    struct plain
    {
        std::uint64_t sequence;
        std::string key;
        std::size_t size;
        replay_buffer::clock::time_point when;
        bool dropped = false;
    };

    unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % (n + 1)); }

    replay_buffer::settings make_settings()
    {
        replay_buffer::settings s;
        s.limits.max_events = 1 + upto(20);
        s.limits.max_bytes = 500 + upto(3000);
        s.limits.max_age = std::chrono::seconds(upto(1) * (1 + upto(30)));
        s.latest_per_key = upto(1) == 0;
        s.ids = upto(1) == 0 ? replay_buffer::id_kind::numbers : replay_buffer::id_kind::opaque;
        return s;
    }

    bool is_replaced(std::size_t i) const
    {
        return settings_.latest_per_key && !events_[i].key.empty() &&
               std::any_of(events_.begin() + static_cast<std::ptrdiff_t>(i) + 1, events_.end(),
                           [&](const plain& p) { return p.key == events_[i].key; });
    }

    void append()
    {
        now_ += std::chrono::seconds(upto(2));
        sequence_ += 1 + upto(2);
        const auto key = upto(2) == 0 ? std::string() : std::string(1, static_cast<char>('a' + upto(5)));
        const auto e = make_event(std::to_string(sequence_), std::string(upto(300), 'x'), key);
        BOOST_REQUIRE_EQUAL(buffer_.append(e, sequence_, now_), events_.size() + 1);
        events_.push_back({sequence_, key, e.footprint(), now_});
    }

    // Applies the limits.
    void drop()
    {
        held_.clear();
        bytes_ = 0;
        for (std::size_t i = 0; i < events_.size(); ++i) {
            if (!events_[i].dropped && !is_replaced(i)) {
                held_.push_back(i);
                bytes_ += events_[i].size;
            }
        }
        const auto& limits = settings_.limits;
        for (const auto i : std::vector(held_)) {
            const bool old = limits.max_age.count() > 0 && now_ - events_[i].when > limits.max_age;
            if (held_.size() > limits.max_events || (bytes_ > limits.max_bytes && held_.size() > 1) || old) {
                events_[i].dropped = true;
                bytes_ -= events_[i].size;
                held_.erase(held_.begin());
            }
        }
        lost_ = 0;
        for (std::size_t i = 0; i < events_.size(); ++i) {
            lost_ = events_[i].dropped ? i + 1 : lost_;
        }
    }

    std::string held_after(std::uint64_t sequence) const
    {
        std::string text;
        for (const auto i : held_) {
            if (events_[i].sequence > sequence) {
                text.append(text.empty() ? "" : " ").append(std::to_string(events_[i].sequence));
            }
        }
        return text;
    }

    void check_held() const
    {
        BOOST_REQUIRE_EQUAL(buffer_.size(), held_.size());
        BOOST_REQUIRE_EQUAL(buffer_.bytes(), bytes_);
        if (lost_ != 0) {
            BOOST_REQUIRE_EQUAL(buffer_.lost_until(), lost_ + 1);
        }
        BOOST_REQUIRE_EQUAL(ids_of(buffer_), held_after(0));
        for (const auto i : held_) {
            if (settings_.ids == replay_buffer::id_kind::numbers || !settings_.latest_per_key) {
                BOOST_REQUIRE(buffer_.sequence_of(std::to_string(events_[i].sequence)).has_value());
            }
        }
    }

    void check_reader(std::uint64_t seen) const
    {
        const auto next = buffer_.after(seen);
        BOOST_REQUIRE_EQUAL(next.has_value(), lost_ == 0 || seen >= events_[lost_ - 1].sequence);
        if (next) {
            BOOST_REQUIRE_EQUAL(ids_of(buffer_, *next), held_after(seen));
        }
        if (const auto found = buffer_.sequence_of(std::to_string(seen))) {
            BOOST_REQUIRE_EQUAL(*found, seen);
        }
    }

    std::mt19937 random_;
    replay_buffer::settings settings_;
    replay_buffer buffer_;
    std::vector<plain> events_;
    std::vector<std::size_t> held_; ///< indexes of the events that are held
    std::size_t bytes_ = 0;
    std::size_t lost_ = 0; ///< the number of events up to the newest one that was dropped
    replay_buffer::clock::time_point now_ = start;
    std::uint64_t sequence_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(random_histories_agree_with_the_model)
{
    for (unsigned seed = 1; seed <= 300; ++seed) {
        model(seed).run();
    }
}

BOOST_AUTO_TEST_SUITE_END()
