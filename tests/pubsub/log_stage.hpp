#pragma once

#include <boost/test/unit_test.hpp>
#include <rill/pubsub/memory_backplane.hpp>

#include "pubsub/event_log.hpp"

namespace rill_test {

using namespace rill::pubsub;
using namespace rill::pubsub::detail;

/// Ids are 1, 2, 3...
inline std::shared_ptr<event_log> make_log(log_settings settings = {}, std::uint64_t first = 1)
{
    return std::make_shared<event_log>(
        std::move(settings), std::make_shared<memory_backplane>(memory_backplane::settings{.first_id = first}));
}

inline topic_pattern pattern(std::string_view text)
{
    return *topic_pattern::parse(text);
}

inline interest_pointer enter(event_log& log, std::vector<topic_pattern> topics)
{
    auto i = log.enter(std::move(topics), {});
    BOOST_REQUIRE(i.has_value());
    return std::move(i->wanted);
}

inline std::string ids(const event_log& log, const interest& i, std::uint64_t seen, std::uint64_t until,
                       std::size_t count = 100)
{
    std::vector<event_log::found_event> found;
    static_cast<void>(log.collect(i, {seen, seen}, until, count, found));
    std::string text;
    for (const auto& e : found) {
        text.append(text.empty() ? "" : " ").append(e.event.id());
    }
    return text;
}

} // namespace rill_test
