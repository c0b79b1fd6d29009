// Who belongs to a worker: its logs, their topics and streams.

#include "pubsub/worker_log.hpp"

#include <algorithm>

#include "core/exception_collector.hpp"

namespace rill::pubsub::detail {

namespace asio = boost::asio;

namespace {

class worker_logs : public asio::execution_context::service
{
public:
    using key_type = worker_logs;
    static asio::execution_context::id id;

    explicit worker_logs(asio::execution_context& context)
        : asio::execution_context::service(context), mailbox_(mailbox::of(static_cast<asio::io_context&>(context)))
    {}

    std::unordered_map<const event_log*, std::shared_ptr<worker_log>> logs;
    mailbox& mailbox_; // made before this service, and so it ends after it

private:
    void shutdown() noexcept override
    {
        for (const auto& [log, worker] : std::exchange(logs, {})) {
            worker->shutdown();
        }
    }
};

asio::execution_context::id worker_logs::id;

} // namespace

worker_log::worker_log(asio::io_context& context, std::shared_ptr<event_log> log)
    : context_(context), timers_(timer_service::of(context)), log_(std::move(log)),
      link_(std::make_shared<worker_link>())
{
    link_->address = mailbox::of(context).get_address();
}

worker_log::~worker_log() = default;

worker_log& worker_log::of(asio::io_context& context, const std::shared_ptr<event_log>& log)
{
    auto& logs = asio::use_service<worker_logs>(context).logs;
    if (const auto found = logs.find(log.get()); found != logs.end()) {
        return *found->second;
    }
    const auto made = std::make_shared<worker_log>(context, log);
    made->link_->worker = made;
    const auto place = logs.emplace(log.get(), made).first;
    try {
        made->head_ = log->attach(made->link_);
    } catch (...) { // no memory: one that is told of nothing must not be found
        logs.erase(place);
        throw;
    }
    return *made;
}

// A topic is known here once a stream wants it, and then to all streams that do.
worker_log::local_topic* worker_log::find_topic(const topic_pointer& topic)
{
    const auto found = topics_.find(topic.get());
    if (found != topics_.end()) {
        return found->second.get();
    }
    for (const auto* link = with_patterns_.next; link != &with_patterns_; link = link->next) {
        if (static_cast<const topic_link*>(link)->owner->wanted->wants(*topic)) {
            return &make_topic(topic);
        }
    }
    return nullptr;
}

worker_log::local_topic& worker_log::make_topic(topic_pointer topic)
{
    auto made = std::make_unique<local_topic>();
    auto& local = *made;
    local.topic = std::move(topic);
    for (const auto* link = with_patterns_.next; link != &with_patterns_; link = link->next) {
        auto& s = *static_cast<const topic_link*>(link)->owner;
        if (s.wanted->wants(*local.topic)) {
            join(s, local);
        }
    }
    topics_.emplace(local.topic.get(), std::move(made));
    return local;
}

namespace {

topic_links& more_links_of(subscriber& s)
{
    if (!s.more_links) {
        s.more_links = std::make_unique<topic_links>();
    }
    return *s.more_links;
}

topic_link& unused_link_of(subscriber& s)
{
    if (!s.link.linked()) {
        return s.link;
    }
    auto& more = more_links_of(s);
    if (more.unused.empty()) {
        return *more.all.emplace_back(std::make_unique<topic_link>());
    }
    auto& link = static_cast<topic_link&>(*more.unused.next);
    link.unlink();
    return link;
}

} // namespace

void worker_log::join(subscriber& s, local_topic& topic)
{
    auto& link = unused_link_of(s);
    link.owner = &s;
    topic.streams.push_back(link);
}

void worker_log::add(subscriber& s)
{
    ++subscribers_;
    s.worker = this;
    const auto& wanted = *s.wanted;
    for (const auto* topic : wanted.topics) {
        const auto found = topics_.find(topic);
        join(s, found != topics_.end() ? *found->second : make_topic(log_->pointer_to(*topic)));
    }
    if (wanted.patterns.empty()) {
        return;
    }
    for (const auto& [topic, local] : topics_) {
        if (wanted.matches(topic->name) && !wanted.names(*topic)) {
            join(s, *local);
        }
    }
    auto& link = more_links_of(s).with_patterns;
    link.owner = &s;
    with_patterns_.push_back(link);
}

void worker_log::remove(subscriber& s)
{
    const auto leave = [this](ring_link& link) {
        if (next_ == &link) {
            next_ = link.next;
        }
        link.unlink();
    };
    leave(s.link);
    if (s.more_links) {
        for (const auto& link : s.more_links->all) {
            leave(*link);
        }
        s.more_links->with_patterns.unlink();
    }
    if (s.behind) {
        log_->release_unsent(std::exchange(s.behind->unsent, 0));
        s.behind->unlink();
        if (const auto past = std::move(s.behind->past)) {
            past->owner = nullptr;
            if (past->listed) {
                std::erase(at_end_, past);
            }
        }
    }
    s.worker = nullptr;
    if (--subscribers_ == 0) {
        log_->detach(link_);
        asio::use_service<worker_logs>(context_).logs.erase(log_.get());
    }
}

// Who is told may destroy itself and others at once: of each list the next is taken when its turn has come, and those
// that are in two are taken out of both before.
void worker_log::shutdown()
{
    log_->detach(link_);
    at_end_.clear();
    rill::detail::exception_collector ignored; // of a user's completion handler: nobody is left to be told
    const auto end = [&ignored](subscriber& s) {
        if (s.worker != nullptr) {
            s.worker = nullptr;
            s.now = subscriber::state::ended;
            ignored.run([&s] { s.on_shutdown(); });
        }
    };
    while (!with_patterns_.empty()) {
        auto& s = *static_cast<topic_link*>(with_patterns_.next)->owner;
        with_patterns_.next->unlink();
        end(s);
    }
    for (const auto& [topic, local] : topics_) {
        while (!local->streams.empty()) {
            auto& s = *static_cast<topic_link*>(local->streams.next)->owner;
            local->streams.next->unlink();
            end(s);
        }
    }
}

// The reasons of a topic's end: nobody named it, or has published, for long; or its last stream has left before its
// first event. Streams with patterns that match it use their links for the next one.
void worker_log::forget(const topic_pointer& topic)
{
    const auto found = topics_.find(topic.get());
    if (found == topics_.end()) {
        return;
    }
    for (auto& streams = found->second->streams; !streams.empty();) {
        auto& link = static_cast<topic_link&>(*streams.next);
        link.unlink();
        if (&link != &link.owner->link) {
            link.owner->more_links->unused.push_back(link);
        }
    }
    topics_.erase(found);
}

} // namespace rill::pubsub::detail
