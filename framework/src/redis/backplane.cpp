#include <rill/redis/backplane.hpp>

#include <rill/core/error.hpp>
#include <stdexcept>
#include <string>

#include "redis/node.hpp"

namespace rill::redis {

namespace {

void require(bool holds, const char* message)
{
    if (!holds) {
        throw std::invalid_argument(message);
    }
}

void check(const backplane_options& options)
{
    require(!options.key.empty(), "redis::backplane_options::key is empty");
    require(options.sentinel.addresses.empty() || !options.sentinel.master_name.empty(),
            "redis::sentinel_options::master_name is empty");
    require(options.username.empty() || !options.password.empty(),
            "redis::backplane_options::username needs a password");
    require(options.max_batch >= 1 && options.max_batch <= 1'000,
            "redis::backplane_options::max_batch: 1 to 1,000 are allowed");
    require(options.max_pending_events >= 1, "redis::backplane_options::max_pending_events: at least 1 is allowed");
    require(options.check_interval.count() >= 1, "redis::backplane_options::check_interval: at least 1 ms is allowed");
    require(options.connect_timeout.count() >= 1,
            "redis::backplane_options::connect_timeout: at least 1 ms is allowed");
    require(options.request_timeout.count() >= 1,
            "redis::backplane_options::request_timeout: at least 1 ms is allowed");
    require(options.replica_timeout.count() >= 1, // WAIT with 0 waits forever
            "redis::backplane_options::replica_timeout: at least 1 ms is allowed");
    require(options.idempotency_window.count() >= 1,
            "redis::backplane_options::idempotency_window: at least 1 s is allowed");
    require(options.retention.max_age.count() >= 0, "redis::retention_options::max_age: at least 0 s is allowed");
}

} // namespace

backplane::backplane(backplane_options options)
{
    check(options);
    node_ = std::make_shared<detail::node>(std::move(options));
    node_->start();
}

backplane::~backplane()
{
    node_->stop();
}

result<pubsub::log_id> backplane::append(pubsub::event_draft event, const append_options& options, appended done)
{
    return node_->append(std::move(event), options.idempotency_key, std::move(done));
}

void backplane::read_after(read_request request, past_read done)
{
    node_->read(std::move(request), std::move(done));
}

void backplane::tail(reader& r, const tail_options& options)
{
    node_->add_reader(r, options.max_past_events);
}

void backplane::stop(reader& r)
{
    node_->remove_reader(r);
}

pubsub::backplane_stats backplane::stats() const
{
    return node_->stats();
}

} // namespace rill::redis
