#include "history/stream_walk.hpp"

#include <algorithm>
#include <limits>

namespace history::detail {

namespace {

constexpr log_number end_of_log = std::numeric_limits<log_number>::max();

} // namespace

void add(report& r, violation what, std::string text)
{
    ++r.violations;
    if (r.findings.size() < checker::max_findings) {
        r.findings.push_back({what, std::move(text)});
    }
}

stream_walk::stream_walk(const knowledge& known, const rules& allowed, const stream_record& stream, std::size_t number,
                         report& into)
    : known_(known), rules_(allowed), stream_(stream), number_(number), report_(into),
      topics_(stream.topics.begin(), stream.topics.end())
{}

void stream_walk::found(violation what, const std::string& text)
{
    add(report_, what,
        "stream " + std::to_string(number_) + " at " + (at_ ? std::to_string(*at_) : "its start") + ": " + text);
}

void stream_walk::run()
{
    for (const auto& entry : stream_.entries) {
        std::visit([this](const auto& e) { take(e); }, entry);
    }
    if (at_) {
        pass(end_of_log, open_gap_);
    }
    check_later_losses();
}

// The ids do not show these losses: two primaries have assigned them, and a stream may be after the lost one.
void stream_walk::check_later_losses()
{
    for (const auto& [payload, published] : known_.by_payload) {
        const auto& event = *published;
        const bool must_arrive = event.result == outcome::acknowledged && topics_.contains(event.topic) &&
                                 stream_.begun != 0 && event.begun > stream_.begun && event.begun > last_gap_;
        if (must_arrive && !seen_.contains(payload) && !lost_.contains(payload)) {
            lost_.insert(event.payload);
            found(violation::lost, "event " + std::to_string(event.id) + " '" + event.payload +
                                       "' is missing, and only an earlier gap covers its number");
        }
    }
}

void stream_walk::pass(log_number end, bool is_covered)
{
    for (auto next = known_.log.upper_bound(*at_); next != known_.log.end() && next->first < end; ++next) {
        const auto& event = *next->second;
        const bool is_repetition = next->first <= repeats_until_; // the stream has passed it before
        if (!topics_.contains(event.topic) || is_repetition) {
            continue;
        }
        if (is_covered) {
            ++report_.covered;
        } else {
            found(violation::lost, "event " + std::to_string(next->first) + " '" + event.payload + "' is missing");
        }
    }
}

void stream_walk::take(const received_event& e)
{
    ++report_.deliveries;
    const auto published = known_.by_payload.find(e.payload);
    if (published == known_.by_payload.end() || !topics_.contains(published->second->topic)) {
        found(violation::unknown_event, "event " + std::to_string(e.id) + " '" + e.payload + "'");
        return;
    }
    if (published->second->result == outcome::refused) {
        found(violation::refused_event, "event " + std::to_string(e.id) + " '" + e.payload + "' was refused");
    }
    check_repetition(e, *published->second);
    check_order(e);
}

void stream_walk::check_repetition(const received_event& e, const append_record& published)
{
    const auto [before, is_new] = seen_.try_emplace(published.payload, delivery{e.id, segment_});
    if (is_new) {
        return;
    }
    const bool may_repeat = before->second.segment < segment_ && (before->second.id == e.id || published.retried);
    if (may_repeat) {
        ++report_.repeated;
    } else {
        found(violation::doubled, "event '" + e.payload + "' with id " + std::to_string(e.id) + ", before with id " +
                                      std::to_string(before->second.id));
    }
    before->second = {e.id, segment_};
}

void stream_walk::check_order(const received_event& e)
{
    if (at_ && e.id <= *at_) {
        found(violation::out_of_order, "event " + std::to_string(e.id) + " '" + e.payload + "'");
        return;
    }
    if (at_) {
        pass(e.id, open_gap_);
    }
    at_ = e.id;
    open_gap_ = false;
}

void stream_walk::take(const gap_notice& g)
{
    ++segment_;
    last_gap_ = g.arrived;
    ++report_.gaps;
    if (!rules_.allow_gaps) {
        found(violation::unexpected_gap, g.until ? "until " + std::to_string(*g.until) : "without an id");
    }
    const auto covered_before = report_.covered;
    if (g.until) {
        if (at_ && *g.until > *at_) {
            pass(*g.until + 1, true);
        } else if (at_) {
            repeats_until_ = std::max(repeats_until_, *at_);
        }
        at_ = g.until;
        report_.gaps_without_loss += report_.covered == covered_before ? 1 : 0;
    }
    open_gap_ = !g.until;
}

void stream_walk::take(const resumption& r)
{
    ++report_.resumptions;
    if (at_ && r.after > *at_) { // the position has moved without an event
        pass(r.after + 1, open_gap_);
    } else if (at_ && r.after < *at_) {
        found(violation::moved_back, "it resumes after " + std::to_string(r.after));
    }
    at_ = r.after;
    open_gap_ = false;
}

} // namespace history::detail
