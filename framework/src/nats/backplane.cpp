#include <rill/nats/backplane.hpp>

#include <algorithm>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "nats/appender.hpp"
#include "nats/check_options.hpp"
#include "nats/past_reader.hpp"
#include "nats/tail_reader.hpp"

namespace rill::nats {

namespace {

backplane_options checked(backplane_options options)
{
    open_library();
    check_options(options);
    if (options.subject_prefix.empty()) {
        options.subject_prefix = options.stream;
    }
    for (auto& server : options.servers) {
        server = server.find("://") == server.npos ? "nats://" + server : server;
    }
    if (!options.log) {
        options.log = [](log_level, std::string_view) {};
    }
    return options;
}

} // namespace

struct backplane::parts
{
    explicit parts(backplane_options o)
        : options(checked(std::move(o))), subjects(options.subject_prefix),
          guard(options, options.subject_prefix, options.log), connection(options, guard, options.log),
          appends(std::make_shared<appender>(options, subjects, guard, connection, options.log)),
          past(options, subjects, guard, connection, options.log)
    {
        appends->start();
        past.start();
        // A thread of nats.c may pass a reply to the handler while the log is destroyed.
        connection.start(
            appends->replies(),
            [weak = std::weak_ptr(appends)](natsMsg& reply) {
                if (const auto to = weak.lock()) {
                    to->on_reply(reply);
                }
            },
            [this] { appends->on_session(); });
    }
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;
    ~parts()
    {
        connection.stop();
        tails.clear();
        past.stop();
        appends->stop();
    }

    const backplane_options options;
    const subject_map subjects;
    stream_guard guard;
    connector connection;
    std::shared_ptr<appender> appends;
    past_reader past;
    mutable std::mutex mutex;
    std::list<tail_reader> tails; ///< also those that have been stopped
};

backplane::backplane(backplane_options options) : parts_(std::make_unique<parts>(std::move(options))) {}

backplane::~backplane() = default;

result<pubsub::log_id> backplane::append(pubsub::event_draft event, const append_options& options, appended done)
{
    return parts_->appends->append(std::move(event), options.idempotency_key, std::move(done));
}

void backplane::read_after(read_request request, past_read done)
{
    parts_->past.read(std::move(request), std::move(done));
}

void backplane::tail(reader& r, const tail_options& options)
{
    const std::lock_guard lock(parts_->mutex);
    parts_->tails.emplace_back(parts_->options, parts_->subjects, parts_->guard, parts_->connection,
                               parts_->options.log, r, options.max_past_events);
}

// The thread of the reader ends later. The destructor of the log waits for it.
void backplane::stop(reader& r)
{
    std::vector<tail_reader*> found;
    std::unique_lock lock(parts_->mutex);
    for (auto& tail : parts_->tails) {
        if (tail.target() == &r) {
            found.push_back(&tail);
        }
    }
    lock.unlock();
    for (auto* tail : found) {
        tail->stop();
    }
}

pubsub::backplane_stats backplane::stats() const
{
    pubsub::backplane_stats out;
    parts_->appends->read(out);
    out.read_failures = parts_->past.failures();
    out.reconnects = parts_->connection.reconnects();
    out.connected = parts_->connection.current() != nullptr;
    const std::lock_guard lock(parts_->mutex);
    for (const auto& tail : parts_->tails) {
        out.gaps += tail.gaps();
        if (!tail.is_stopped()) {
            out.reader_lag = std::max(out.reader_lag, tail.lag());
        }
    }
    return out;
}

} // namespace rill::nats
