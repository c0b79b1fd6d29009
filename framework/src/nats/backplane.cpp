#include <rill/nats/backplane.hpp>

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <utility>

#include "nats/appender.hpp"
#include "nats/check_options.hpp"
#include "nats/past_reader.hpp"
#include "nats/tail_reader.hpp"

namespace rill::nats {

namespace {

backplane_options checked(backplane_options options)
{
    check_options(options);
    if (options.subject_prefix.empty()) {
        options.subject_prefix = options.stream;
    }
    if (!options.on_message) {
        options.on_message = [](std::string_view) {};
    }
    return options;
}

class nats_backplane final : public pubsub::backplane
{
public:
    explicit nats_backplane(backplane_options options)
        : options_(checked(std::move(options))), subjects_(options_.subject_prefix),
          guard_(options_, options_.subject_prefix, options_.on_message),
          connection_(options_, guard_, options_.on_message),
          appender_(std::make_shared<appender>(options_, subjects_, guard_, connection_, options_.on_message)),
          past_(options_, subjects_, guard_, connection_, options_.on_message)
    {
        appender_->start();
        past_.start();
        // A thread of nats.c may pass a reply to the handler while the log is destroyed.
        connection_.start(
            appender_->replies(),
            [weak = std::weak_ptr(appender_)](natsMsg& reply) {
                if (const auto to = weak.lock()) {
                    to->on_reply(reply);
                }
            },
            [this] { appender_->on_session(); });
    }
    nats_backplane(const nats_backplane&) = delete;
    nats_backplane& operator=(const nats_backplane&) = delete;

    ~nats_backplane() override
    {
        connection_.stop();
        tails_.clear();
        past_.stop();
        appender_->stop();
    }

    bool ids_are_numbers() const noexcept override { return true; }
    bool holds_past() const noexcept override { return true; }

    result<pubsub::log_id> append(pubsub::event_draft event, const append_options& options, appended done) override
    {
        return appender_->append(std::move(event), options.idempotency_key, std::move(done));
    }

    void read_after(read_request request, past_read done) override { past_.read(std::move(request), std::move(done)); }

    void tail(reader& r, const tail_options& options) override
    {
        const std::lock_guard lock(mutex_);
        tails_.emplace_back(options_, subjects_, guard_, connection_, options_.on_message, r, options.max_past_events);
    }

    // The thread of the reader ends later. The destructor of the log waits for it.
    void stop(reader& r) override
    {
        std::unique_lock lock(mutex_);
        const auto found = std::ranges::find(tails_, &r, &tail_reader::target);
        lock.unlock();
        if (found != tails_.end()) {
            found->stop();
        }
    }

    pubsub::backplane_stats stats() const override
    {
        pubsub::backplane_stats out;
        appender_->read(out);
        out.read_failures = past_.failures();
        out.reconnects = connection_.reconnects();
        out.connected = connection_.current() != nullptr;
        const std::lock_guard lock(mutex_);
        for (const auto& tail : tails_) {
            out.gaps += tail.gaps();
            if (!tail.is_stopped()) {
                out.reader_lag = std::max(out.reader_lag, tail.lag());
            }
        }
        return out;
    }

private:
    const backplane_options options_;
    const subject_map subjects_;
    stream_guard guard_;
    connector connection_;
    std::shared_ptr<appender> appender_;
    past_reader past_;
    mutable std::mutex mutex_;
    std::list<tail_reader> tails_; ///< also those that have been stopped
};

} // namespace

std::shared_ptr<pubsub::backplane> backplane(backplane_options options)
{
    return std::make_shared<nats_backplane>(std::move(options));
}

} // namespace rill::nats
