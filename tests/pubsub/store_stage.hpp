#pragma once

#include <boost/test/unit_test.hpp>
#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/publish.hpp"
#include "pubsub/stream_start.hpp"
#include "pubsub/topic_store.hpp"

namespace rill_test {

using namespace rill::pubsub;
using namespace rill::pubsub::detail;

/// A store whose ids are 1, 2, 3...
inline std::shared_ptr<topic_store> make_store(store_settings settings = {}, std::uint64_t first = 1)
{
    return std::make_shared<topic_store>(
        std::move(settings), std::make_shared<memory_backplane>(memory_backplane::settings{.first_id = first}));
}

inline topic_pattern pattern(std::string_view text)
{
    return *topic_pattern::parse(text);
}

inline filter_pointer subscribe(topic_store& store, std::vector<topic_pattern> topics)
{
    auto entry = store.subscribe(std::move(topics), {});
    BOOST_REQUIRE(entry.has_value());
    return std::move(entry->filter);
}

inline collected collect(const topic_store& store, const topic_filter& filter, const cursor& position,
                         std::uint64_t until, std::size_t count, std::vector<found_event>& into)
{
    return store.read(filter, [&](const history& past) { return past.collect(position, until, count, into); });
}

inline std::vector<std::string> topic_names(const topic_store& store)
{
    return store.read([](const topic_table& topics) { return topics.names(); });
}

/// The time of a store with `.now = &manual_time`.
inline std::chrono::milliseconds time_passed{0};
inline replay_buffer::clock::time_point manual_time()
{
    return replay_buffer::clock::time_point(std::chrono::hours(1)) + time_passed;
}

} // namespace rill_test
