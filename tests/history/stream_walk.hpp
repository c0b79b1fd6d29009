#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "history/checker.hpp"

namespace history::detail {

/// The published events and the log that results from a history.
struct knowledge
{
    std::unordered_map<std::string_view, const append_record*> by_payload;
    std::map<log_number, const append_record*> log; ///< every event that was acknowledged or received
};

/// Adds a violation to a report.
void add(report& r, violation what, std::string text);

/// Follows the entries of one stream.
class stream_walk
{
public:
    /// All arguments must outlive *this.
    stream_walk(const knowledge& known, const rules& allowed, const stream_record& stream, std::size_t number,
                report& into);

    void run();

private:
    struct delivery
    {
        log_number id = 0;
        std::size_t segment = 0;
    };

    void take(const received_event& e);
    void take(const gap_notice& g);
    void take(const resumption& r);
    void check_repetition(const received_event& e, const append_record& published);
    void check_order(const received_event& e);
    /// Counts the events of the topics between the position and `end`, without both.
    void pass(log_number end, bool is_covered);
    /// Finds the acknowledged events that are missing and that were published after the last gap.
    void check_later_losses();
    void found(violation what, const std::string& text);

    const knowledge& known_;
    const rules& rules_;
    const stream_record& stream_;
    std::size_t number_;
    report& report_;
    std::set<std::string_view> topics_;
    std::unordered_map<std::string_view, delivery> seen_;
    std::optional<log_number> at_;    ///< the position; empty before it is known
    std::set<std::string_view> lost_; ///< the payloads of the events that were reported as lost
    moment last_gap_ = 0;
    log_number repeats_until_ = 0; ///< the last position that a gap has moved back
    std::size_t segment_ = 0;      ///< the number of gaps so far
    bool open_gap_ = false;        ///< a gap without an id covers everything up to the next event
};

} // namespace history::detail
