#include "pubsub/backfill.hpp"

#include <boost/asio/error.hpp>
#include <utility>

#include "pubsub/snapshot_reader.hpp"

namespace rill::pubsub::detail {

namespace {

// Large enough that round trips are rare. Small enough for memory, because each stream with a backfill holds one page.
constexpr std::size_t events_per_page = 64;

// The topics of a stream, for backplane::read_request. nullptr for a channel, whose only topic has no name.
std::shared_ptr<const std::vector<topic_pattern>> topics_of(const topic_filter& filter)
{
    auto topics = std::make_shared<std::vector<topic_pattern>>(filter.patterns);
    for (const auto* topic : filter.topics) {
        const auto name = topic_pattern::parse(topic->name);
        if (!name) {
            return nullptr;
        }
        topics->push_back(*name);
    }
    return topics;
}

} // namespace

/// Passes the answer of the backplane to the worker, from any thread. If the backplane never answers, it destroys the
/// ticket. The destructor then reports an error.
class backfill::ticket
{
public:
    ticket(std::weak_ptr<backfill> to, mailbox::address worker) : to_(std::move(to)), worker_(std::move(worker)) {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket()
    {
        if (!used_) {
            hand_in(tl::unexpected(error_code(boost::asio::error::operation_aborted)));
        }
    }

    void hand_in(page_or_error answer)
    {
        used_ = true;
        // If the worker has ended, its streams have ended too.
        static_cast<void>(worker_.post([to = to_, answer = std::make_shared<page_or_error>(std::move(answer))] {
            if (const auto reader = to.lock()) {
                reader->arrive(std::move(*answer));
            }
        }));
    }

private:
    std::weak_ptr<backfill> to_;
    mailbox::address worker_;
    bool used_ = false;
};

void backfill::read(topic_store& store, mailbox::address worker, ready_list* ready)
{
    auto used = std::make_shared<ticket>(weak_from_this(), std::move(worker));
    ready_ = ready;
    now_ = state::reading; // from here on, an answer always arrives
    newest_then_ = store.newest();
    store.starts.backfill_reads.fetch_add(1, std::memory_order_relaxed);
    store.past_reads().read({.after = progress_.after, .topics = topics_, .max_events = events_per_page},
                            weak_from_this(), [used](page_or_error answer) { used->hand_in(std::move(answer)); });
}

backplane::past_event* backfill::next()
{
    if (at_ == page_.events.size()) {
        if (!page_.end.id.empty() && page_.end.id != progress_.after) {
            progress_.after = page_.end.id;
            progress_.topic.clear();
        }
        return nullptr;
    }
    auto& e = page_.events[at_];
    progress_.after = e.id;
    progress_.topic = e.event.topic();
    return &e;
}

void backfill::arrive(page_or_error answer)
{
    at_ = 0;
    page_ = {};
    if (answer) {
        page_ = std::move(*answer);
        now_ = page_.at_end ? state::at_end : state::idle;
        progress_.has_begun = true;
    } else {
        progress_.failure = answer.error();
        now_ = state::failed;
    }
    if (owner != nullptr) {
        ready_->make_ready(*owner);
    } else if (page) {
        page.complete({});
    }
}

stream_start::stream_start(topic_store& store, const topic_filter& filter, std::string_view last_event_id,
                           std::uint64_t entered, bool joins)
    : start_point(find_start(store, filter, last_event_id, entered, joins))
{
    if (needs_backfill) {
        pages = std::make_shared<backfill>(topics_of(filter), last_event_id, entered, joins);
    }
}

backlog_state& start_backlog(subscriber& s, stream_start start)
{
    auto& b = fall_behind(s, start.position.seen);
    b.position = start.position;
    b.requested_until = start.requested_until;
    b.notice = std::move(start.gap);
    b.past = std::move(start.pages);
    if (start.needs_snapshot) {
        b.past = std::make_shared<snapshot_reader>();
    }
    if (b.past) {
        b.past->owner = &s;
    }
    return b;
}

log_id position_id(const topic_store& store, const subscriber& s)
{
    const auto& b = *s.backlog;
    return b.past ? b.past->position_id() : id_at(store, s.filter(), b.position.seen);
}

} // namespace rill::pubsub::detail
