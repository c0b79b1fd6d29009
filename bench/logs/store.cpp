#include "store.hpp"

#include <rill/pubsub/memory_backplane.hpp>
#include <support/store.hpp>

#ifdef SAMPLES_SQLITE
#include <rill/sqlite.hpp>
#endif

std::shared_ptr<rill::pubsub::backplane> open_store(const std::string& name, [[maybe_unused]] bool synced)
{
    if (name == "memory") {
        return std::make_shared<rill::pubsub::memory_backplane>(
            rill::pubsub::memory_backplane::settings{.max_past_events = 65'536});
    }
#ifdef SAMPLES_SQLITE
    if (name.starts_with("sqlite:")) {
        using rill::sqlite::durability;
        return std::make_shared<rill::sqlite::backplane>(rill::sqlite::backplane_options{
            .file = name.substr(7), .durability = synced ? durability::full : durability::normal});
    }
#endif
    return samples::open_store(name, {});
}
