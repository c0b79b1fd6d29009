#include "history/checker.hpp"

#include <algorithm>
#include <set>

#include "history/stream_walk.hpp"

namespace history {

namespace {

void add_to_log(detail::knowledge& known, log_number id, const append_record& event, report& into)
{
    const auto [entry, is_new] = known.log.emplace(id, &event);
    if (!is_new && entry->second != &event) {
        detail::add(into, violation::id_reused,
                    "id " + std::to_string(id) + ": '" + entry->second->payload + "' and '" + event.payload + "'");
    }
}

detail::knowledge learn_appends(const std::vector<append_record>& appends, report& into)
{
    detail::knowledge known;
    for (const auto& a : appends) {
        known.by_payload.emplace(a.payload, &a);
        switch (a.result) {
        case outcome::acknowledged:
            ++into.acknowledged;
            add_to_log(known, a.id, a, into);
            break;
        case outcome::refused:
            ++into.refused;
            break;
        case outcome::unknown:
            ++into.unknown;
            break;
        }
    }
    return known;
}

// Adds the events that streams have received. Events that nobody has published are not a part of the log.
void learn_deliveries(detail::knowledge& known, const std::vector<stream_record>& streams, report& into)
{
    std::map<const append_record*, log_number> first_ids; // of events that were not acknowledged
    std::set<const append_record*> differs;
    for (const auto& stream : streams) {
        for (const auto& entry : stream.entries) {
            const auto* e = std::get_if<received_event>(&entry);
            const auto published = e != nullptr ? known.by_payload.find(e->payload) : known.by_payload.end();
            if (published == known.by_payload.end() || published->second->result == outcome::refused) {
                continue;
            }
            const auto& event = *published->second;
            log_number expected = event.id;
            if (event.result == outcome::unknown) {
                const auto [first, is_new] = first_ids.try_emplace(&event, e->id);
                into.unknown_arrived += is_new ? 1 : 0;
                expected = first->second;
            }
            if (expected != e->id && !event.retried && differs.insert(&event).second) {
                detail::add(into, violation::id_differs,
                            "'" + event.payload + "' has the ids " + std::to_string(expected) + " and " +
                                std::to_string(e->id));
            }
            add_to_log(known, e->id, event, into);
        }
    }
}

} // namespace

std::string_view to_string(violation v) noexcept
{
    switch (v) {
    case violation::lost:
        return "lost";
    case violation::doubled:
        return "doubled";
    case violation::out_of_order:
        return "out of order";
    case violation::refused_event:
        return "refused event";
    case violation::unknown_event:
        return "unknown event";
    case violation::id_reused:
        return "id reused";
    case violation::id_differs:
        return "id differs";
    case violation::moved_back:
        return "moved back";
    case violation::unexpected_gap:
        return "unexpected gap";
    }
    return {};
}

std::size_t report::count(violation what) const noexcept
{
    return static_cast<std::size_t>(std::ranges::count(findings, what, &finding::what));
}

report checker::check() const
{
    report result;
    auto known = learn_appends(appends_, result);
    learn_deliveries(known, streams_, result);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        detail::stream_walk(known, rules_, streams_[i], i, result).run();
    }
    return result;
}

} // namespace history
