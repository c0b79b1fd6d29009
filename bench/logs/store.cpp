#include "store.hpp"

#include <rill/pubsub/memory_backplane.hpp>
#include <stdexcept>

#ifdef RILL_HAS_NATS
#include <rill/nats.hpp>
#include <rill/nats/url.hpp>
#endif
#ifdef RILL_HAS_REDIS
#include <rill/redis.hpp>
#include <rill/redis/url.hpp>
#endif
#ifdef RILL_HAS_SQLITE
#include <rill/sqlite.hpp>
#endif

std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& name, [[maybe_unused]] bool synced)
{
    if (name == "memory") {
        return std::make_shared<rill::pubsub::memory_backplane>(
            rill::pubsub::memory_backplane::settings{.max_past_events = 65'536});
    }
#ifdef RILL_HAS_SQLITE
    if (name.starts_with("sqlite:")) {
        using rill::sqlite::durability;
        return std::make_shared<rill::sqlite::backplane>(rill::sqlite::backplane_options{
            .file = name.substr(7), .durability = synced ? durability::full : durability::normal});
    }
#endif
#ifdef RILL_HAS_REDIS
    if (name.starts_with("redis")) {
        auto options = rill::redis::parse_url(name);
        if (!options) {
            throw std::invalid_argument(options.error().message());
        }
        return std::make_shared<rill::redis::backplane>(std::move(*options));
    }
#endif
#ifdef RILL_HAS_NATS
    if (name.starts_with("nats:")) {
        auto options = rill::nats::parse_url(name);
        if (!options) {
            throw std::invalid_argument(options.error());
        }
        return std::make_shared<rill::nats::backplane>(std::move(*options));
    }
#endif
    throw std::invalid_argument("unknown log: " + name);
}
