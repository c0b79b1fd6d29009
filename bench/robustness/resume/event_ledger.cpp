#include "robustness/resume/event_ledger.hpp"

#include <algorithm>

namespace resume {

published_events::token published_events::token_of(std::string_view id)
{
    const auto [found, is_new] = tokens_.try_emplace(std::string(id), static_cast<token>(positions_.size()));
    if (is_new) {
        positions_.push_back(unknown);
    }
    return found->second;
}

void published_events::publish(std::string_view id)
{
    auto& place = positions_[token_of(id)];
    if (place == unknown) {
        place = size_++;
    } else {
        ++repeated_;
    }
}

findings& findings::operator+=(const findings& other) noexcept
{
    events += other.events;
    duplicates += other.duplicates;
    missing += other.missing;
    out_of_order += other.out_of_order;
    unknown += other.unknown;
    return *this;
}

bool findings::keep(guarantee promise) const noexcept
{
    return events > 0 && duplicates == 0 && out_of_order == 0 &&
           (promise == guarantee::order || (missing == 0 && unknown == 0));
}

namespace {

/// Reads the events of one stream, one after another.
class comparison
{
public:
    comparison(const published_events& published, guarantee promise, published_events::position begin)
        : published_(published), promise_(promise), begin_(begin), next_(begin), ever_(published.tokens()),
          here_(published.tokens())
    {}

    void begin_connection()
    {
        if (promise_ == guarantee::order) {
            here_.assign(here_.size(), false);
            next_ = 0;
        }
    }

    void add(published_events::token t)
    {
        const auto at = published_.position_of(t);
        ++found_.events;
        if (here_[t] || (promise_ == guarantee::all && at < begin_)) { // the client has it
            ++found_.duplicates;
        } else if (at == published_events::unknown) {
            ++found_.unknown;
        } else if (at < next_) {
            ++found_.out_of_order;
        } else {
            next_ = at + 1;
        }
        different_ += ever_[t] || at == published_events::unknown || at < begin_ ? 0 : 1;
        ever_[t] = here_[t] = true;
    }

    findings result(published_events::position end)
    {
        found_.missing = std::max(begin_, end) - begin_ - different_;
        return found_;
    }

private:
    const published_events& published_;
    guarantee promise_;
    published_events::position begin_;
    published_events::position next_; ///< after the latest event
    std::vector<bool> ever_;
    std::vector<bool> here_; ///< since the beginning, or in this connection
    std::uint64_t different_ = 0;
    findings found_;
};

} // namespace

findings stream_record::compare(const published_events& published, guarantee promise, published_events::position begin,
                                published_events::position end) const
{
    const auto counts = [&](published_events::token t) {
        return t != new_connection &&
               (published.position_of(t) == published_events::unknown || published.position_of(t) < end);
    };
    if (promise == guarantee::order) {
        const auto first = std::find_if(received_.begin(), received_.end(), counts);
        begin = first == received_.end() ? end : std::min(end, published.position_of(*first));
    }
    comparison stream(published, promise, begin);
    for (const auto t : received_) {
        if (t == new_connection) {
            stream.begin_connection();
        } else if (counts(t)) {
            stream.add(t);
        }
    }
    return stream.result(end);
}

} // namespace resume
