#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/backplane.hpp>
#include <rill/pubsub/options.hpp>
#include <rill/pubsub/replay_buffer.hpp>
#include <rill/pubsub/topic_pattern.hpp>
#include <string>
#include <unordered_map>
#include <vector>

namespace rill::pubsub::detail {

class past_reading;
class worker_log;
struct topic_state;

/// Which topics one stream wants.
struct interest
{
    std::vector<topic_state*> topics;    ///< that are there as long as they have subscribers; by name, each once
    std::vector<topic_pattern> patterns; ///< none of them the name of one topic
    /// What the names begin with that the patterns match, in order; none begins with another one.
    std::vector<std::string> prefixes;
    std::string who;
    std::uint32_t kind = 0; ///< whose options the stream has: see event_log::options()
    bool conflates = false; ///< some topic of it, or perhaps of its patterns, is latest_per_key
    bool shared = false;    ///< by all streams that want this one topic and have no name

    /// Whether it is one of `topics`.
    bool names(const topic_state& topic) const noexcept;
    /// Whether it is one of a pattern.
    bool matches(std::string_view topic) const noexcept;
    bool wants(const topic_state& topic) const noexcept;
    bool wants(std::string_view topic) const noexcept;
};

struct interest_deleter
{
    void operator()(interest* i) const noexcept
    {
        if (!i->shared) {
            delete i;
        }
    }
};
using interest_pointer = std::unique_ptr<interest, interest_deleter>;

/// One topic: its past, and who wants it. Belongs to the log, and is guarded by its mutex; `name` never changes.
struct topic_state
{
    topic_state(std::string n, std::uint32_t k, const replay_buffer::settings& s)
        : name(std::move(n)), kind(k), buffer(s),
          alone{.topics = {this}, .kind = kind, .conflates = s.latest_per_key, .shared = true}
    {}

    std::string name;
    std::uint32_t kind; ///< whose options it has: see event_log::options()
    replay_buffer buffer;
    std::size_t subscribers = 0;
    std::uint64_t client = 0; ///< in whose share it counts, as it has had no event; 0: in nobody's
    std::map<std::string, std::size_t, std::less<>> who;
    replay_buffer::clock::time_point last_used{};
    bool removed = false;
    std::shared_ptr<topic_state> leaving; ///< itself, while its last subscriber leaves
    interest alone;

    bool never_had_an_event() const noexcept { return buffer.end() == 1; }
};

using topic_pointer = std::shared_ptr<topic_state>;

/// An event on its way to a worker.
struct log_item
{
    topic_pointer topic;
    encoded_event event; ///< none: the topic is gone
    std::uint64_t sequence = 0;
};

/// What the log and one worker have in common.
struct worker_link
{
    mailbox::address address;
    std::weak_ptr<worker_log> worker; ///< locked in the worker's thread only

    // Guarded by the log's mutex.
    std::vector<log_item> pending;
    std::size_t pending_bytes = 0;
    bool notified = false;
    struct skipped
    {
        std::uint64_t events = 0;
        std::uint64_t bytes = 0;
    };
    using skipped_by_topic = std::unordered_map<topic_pointer, skipped>;
    skipped_by_topic overflow; ///< what was published beyond what the worker may have waiting

    // Written by the worker alone.
    std::atomic<std::uint64_t> delivered = 0;
    std::atomic<std::uint64_t> dropped = 0;
    std::atomic<std::uint64_t> conflated = 0;
    std::atomic<std::uint64_t> evicted_slow = 0;
    std::atomic<std::uint64_t> evicted_full = 0;
    std::atomic<std::uint64_t> timed_out = 0;
    std::atomic<std::uint64_t> over_capacity = 0;

    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept
    {
        counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    /// Adds what the worker has counted. From any thread.
    void add_to(statistics& sum) const noexcept
    {
        sum.delivered += delivered;
        sum.dropped += dropped;
        sum.conflated += conflated;
        sum.evicted_slow += evicted_slow;
        sum.evicted_full += evicted_full;
        sum.timed_out += timed_out;
        sum.over_capacity += over_capacity;
    }
};

struct log_settings
{
    channel_options channel;
    std::size_t topics = SIZE_MAX;           ///< at most
    std::size_t topics_of_client = SIZE_MAX; ///< see hub_options
    std::chrono::milliseconds idle{0};
    std::vector<topic_options> by_topic{}; ///< see hub_options
    replay_buffer::clock::time_point (*now)() = &replay_buffer::clock::now;
};

/// How far a stream has come.
struct cursor
{
    std::uint64_t seen = 0; ///< the sequence number up to which it has everything
    std::uint64_t told = 0; ///< the one up to which losses are known to it
};

/// What a channel and a hub are: the topics with their past, the workers to be told of new events, and the backplane
/// behind them. Thread-safe; its mutex is held for as long as it takes to note or to look up an event, and never while
/// anything is sent or a user's code runs.
///
/// A stream's place is a sequence number: all topics of one log share one sequence, so that one number is enough for a
/// stream of several topics.
class event_log final : public backplane::reader
{
public:
    /// Throws std::invalid_argument for settings that can't be.
    event_log(log_settings settings, std::shared_ptr<backplane> plane);
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;
    ~event_log();

    /// Those of a kind of topics: 0 is log_settings::channel, then come those of log_settings::by_topic.
    const channel_options& options(std::size_t kind) const noexcept
    {
        return kind == 0 ? settings_.channel : settings_.by_topic[kind - 1].channel;
    }
    std::size_t kinds() const noexcept { return settings_.by_topic.size() + 1; }

    result<event_id> publish(std::string_view topic, const sse::event& e, std::string_view key);

    struct entry
    {
        interest_pointer wanted;
        std::uint64_t newest = 0; ///< at that moment: what comes behind it is for the stream
    };
    /// Registers a stream for topics that must be valid; those that are new are created. Errors:
    /// error::too_many_topics, and nothing is done.
    /// @param client  in whose share new topics count, see rill::detail::address_key(); 0: in nobody's
    result<entry> enter(std::vector<topic_pattern> topics, std::string who, std::uint64_t client = 0);
    void leave(interest_pointer wanted) noexcept;

    /// The owning pointer of a topic that is there.
    topic_pointer pointer_to(const topic_state& topic) const;

    struct beginning
    {
        cursor place;
        std::uint64_t newest = 0; ///< what comes up to here was there before the stream
        encoded_event gap;
        bool resumed = false;               ///< it begins behind the id that the client has brought
        bool unknown = false;               ///< the id is, and unknown_id::reject says that this is an error
        std::shared_ptr<past_reading> past; ///< its place is still to be found, behind what the backplane has
    };
    /// Where a stream begins that has seen the event of that id; empty: none.
    /// @param entered  entry::newest: who has seen that the stream is there may have published since
    beginning begin(const interest& i, std::string_view last_event_id, std::uint64_t entered);

    /// The same for one that has read the backplane up to an event, of that topic if it is known: none as long as the
    /// log does not hold all that follows.
    std::optional<beginning> begin_behind(const interest& i, const past_reading& past) const;

    /// The same where the backplane does not help: as channel_options::on_unknown_id says, but a stream that has begun
    /// already is told of a gap.
    beginning begin_without(const interest& i, const past_reading& past);

    /// By which id a client that has seen everything up to that sequence number, and nothing behind it, comes back to
    /// that place; empty where there is none, as the log has opaque ids and holds none of so long ago.
    event_id id_of(const interest& i, std::uint64_t seen) const;

    /// Asks the backplane. @return the newest sequence number
    std::uint64_t read_after(std::string_view id, std::size_t count, backplane::past_read done);
    std::uint64_t newest() const;

    struct found_event
    {
        encoded_event event;
        std::uint64_t sequence = 0;
    };
    struct collected
    {
        bool lost = false; ///< something behind the cursor is not held any more, and this is news
        std::uint64_t lost_until = 0;
        std::uint64_t remaining = 0; ///< events behind the cursor that are held
        std::uint64_t remaining_bytes = 0;
        std::uint64_t passed = 0; ///< not 0: it has come up to here, found nothing, and is to be asked again
    };
    /// Appends to `into` the next events behind the cursor, in order, but none behind `until`. What remains is told
    /// where something is lost or `count` is 0, otherwise perhaps not.
    collected collect(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                      std::vector<found_event>& into) const;

    /// From now on the worker is told of every event. @return the sequence number that it begins behind
    std::uint64_t attach(const std::shared_ptr<worker_link>& link);
    void detach(const std::shared_ptr<worker_link>& link);

    /// What has been published meanwhile. @return the newest sequence number
    std::uint64_t take(worker_link& link, std::vector<log_item>& into, worker_link::skipped_by_topic& overflow);

    /// Accounts for what a blocked stream holds. False when that is more than there may be.
    bool hold_unsent(std::size_t bytes) noexcept;
    void release_unsent(std::size_t bytes) noexcept;

    statistics stats() const;
    std::vector<std::string> topics() const;
    std::size_t subscribers(std::string_view topic) const;
    std::vector<std::string> who(std::string_view topic) const;

    /// Removes topics that nobody has used for settings::idle, and events that are too old, as publish() and enter() do
    /// now and then.
    void sweep();

    void on_begin(std::string_view id) override;
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override;
    void on_gap() override;

private:
    using lock = std::unique_lock<std::mutex>;
    using clock = replay_buffer::clock;

    std::uint32_t kind_of(std::string_view topic) const noexcept;
    bool conflates(const topic_pattern& topics) const noexcept;
    void take_options_of(const std::vector<topic_pattern>& topics, interest& i) const noexcept;
    topic_pointer find_or_create(std::string_view name, std::uint64_t client = 0);
    bool may_add(std::size_t topics, std::uint64_t client) const noexcept;
    void count_out(topic_state& topic) noexcept;
    std::uint64_t lost_of(std::string_view name) const;
    void remember_removed(const topic_state& topic) noexcept;
    void remove_unused(topic_state& topic) noexcept;
    template <class F>
    void for_each_topic(const interest& i, F&& f) const;
    void add(const topic_pointer& topic, encoded_event event, std::uint64_t sequence);
    using links = std::vector<std::shared_ptr<worker_link>>;
    void wake(const links& those);
    void tell(const std::shared_ptr<worker_link>& to, const topic_pointer& topic, const encoded_event& event,
              std::uint64_t sequence);
    enum class sweeping : bool
    {
        now_and_then,
        for_room, ///< if there are as many topics as there may be
    };
    bool is_too_large(std::string_view topic, const sse::event& e) const noexcept;
    bool has_room_for(std::string_view topic);
    void sweep_for_room();
    void note_order(std::uint64_t sequence, topic_state& topic);
    void forget_removed();
    bool collect_in_order(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                          std::vector<found_event>& into, collected& outcome) const;
    collected collect_by_topic(const interest& i, const cursor& place, std::uint64_t until, std::size_t count,
                               std::vector<found_event>& into) const;
    void sweep_locked(clock::time_point now, sweeping when);
    std::optional<std::uint64_t> sequence_of(const interest& i, std::string_view id) const;
    bool holds_all_behind(const interest& i, std::uint64_t sequence) const;
    beginning without_place(const interest& i, std::string_view id, std::uint64_t entered, unknown_id how);
    std::uint64_t history_start(const interest& i) const;
    std::uint64_t lost_until(const interest& i) const;
    const replay_buffer::entry* oldest_of(const interest& i) const;

    log_settings settings_;
    replay_buffer::clock::duration idle_; // 0: for ever
    std::size_t smallest_event_limit_ = SIZE_MAX;
    std::vector<topic_pattern> patterns_;          // of by_topic
    replay_buffer::clock::duration sweep_every_{}; // 0: never
    std::shared_ptr<backplane> plane_;
    bool numbers_;

    std::mutex presence_; // outside of mutex_: hooks of first and last subscribers are called under it, in their order

    mutable std::mutex mutex_;
    std::map<std::string, topic_pointer, std::less<>> topics_;
    std::size_t without_events_ = 0;                        ///< topics that never had one
    std::unordered_map<std::uint64_t, std::size_t> shares_; ///< how many of these clients have made
    links workers_;
    links to_wake_;           ///< when the mutex is free: a worker that is woken takes it at once
    std::uint64_t newest_;    ///< the sequence number of the last event
    std::uint64_t forgotten_; ///< up to here events may have been in topics that are gone
    /// The same by the topic's name; behind `known_from_` topics of other names had none.
    std::unordered_map<std::string, std::uint64_t> removed_;
    std::uint64_t known_from_;
    event_id last_id_; ///< where ids are opaque: that of the last event of any topic
    std::uint64_t last_id_at_ = 0;
    event_id begun_behind_;  ///< what the backplane has given comes right behind this event
    std::uint64_t begun_at_; ///< and has sequence numbers behind this one
    /// Which topic the newest events are of, for streams with patterns: they would have to look into each topic for
    /// what comes next. Of a hub.
    struct ordered
    {
        std::uint64_t sequence;
        topic_state* topic;
    };
    std::deque<ordered> order_;
    std::uint64_t order_from_; ///< all that come behind it are there
    std::uint64_t published_ = 0;
    std::uint64_t gaps_ = 0;
    std::uint64_t subscribers_ = 0;
    statistics former_; // the sums of workers that are gone
    clock::time_point next_sweep_{};

    std::atomic<std::size_t> unsent_{0};
    std::atomic<std::uint64_t> past_reads_{0};
    std::atomic<std::uint64_t> past_failures_{0};
};

} // namespace rill::pubsub::detail
