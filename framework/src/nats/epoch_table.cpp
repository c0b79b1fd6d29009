#include "nats/epoch_table.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <rill/core/error.hpp>
#include <utility>

#include "http/whole_number.hpp"

namespace rill::nats {

epoch_table epoch_table::parse(std::string_view text)
{
    error_code invalid;
    const auto parsed = boost::json::parse(text, invalid);
    if (invalid || !parsed.is_object()) {
        return {};
    }
    const auto& object = parsed.get_object();
    epoch_table table(number_field(object, "created"));
    const auto* run = object.if_contains("run");
    table.run_ = run != nullptr && run->is_string() ? std::string(run->get_string()) : std::string();
    const auto* epochs = object.if_contains("epochs");
    if (epochs == nullptr || !epochs->is_array()) {
        return {};
    }
    for (const auto& one : epochs->get_array()) {
        if (!one.is_object()) {
            return {};
        }
        table.epochs_.push_back({.start = number_field(one.get_object(), "start"),
                                 .offset = number_field(one.get_object(), "offset"),
                                 .is_barrier = number_field(one.get_object(), "barrier") != 0});
    }
    return table;
}

std::string epoch_table::text() const
{
    boost::json::array epochs;
    for (const auto& one : epochs_) {
        boost::json::object fields;
        fields["start"] = one.start;
        fields["offset"] = one.offset;
        fields["barrier"] = one.is_barrier ? 1 : 0;
        epochs.push_back(std::move(fields));
    }
    boost::json::object object;
    object["created"] = created_;
    object["run"] = run_;
    object["epochs"] = std::move(epochs);
    return boost::json::serialize(object);
}

void epoch_table::add(std::uint64_t start, std::uint64_t min_number, std::string run, bool is_barrier)
{
    constexpr std::size_t max_epochs = 100;
    if (epochs_.size() == max_epochs) { // the ids of the oldest epoch become unknown
        epochs_.erase(epochs_.begin());
    }
    epochs_.push_back({.start = start, .offset = min_number - start, .is_barrier = is_barrier});
    run_ = std::move(run);
}

bool epoch_table::mark_lost(std::uint64_t number)
{
    const auto next = epoch_of(number) + 1;
    if (next >= epochs_.size()) {
        return false;
    }
    epochs_[next].is_barrier = true;
    return true;
}

void epoch_table::remove_before(std::uint64_t first)
{
    while (epochs_.size() > 1 && epochs_[1].start < first) {
        epochs_.erase(epochs_.begin());
    }
}

// Returns the epoch that contains a number, or that contains it as the position before its first event.
std::size_t epoch_table::epoch_of(std::uint64_t number) const noexcept
{
    std::size_t found = epochs_.size();
    for (std::size_t i = 0; i < epochs_.size(); ++i) {
        if (number + 1 >= epochs_[i].offset + epochs_[i].start) {
            found = i;
        }
    }
    return found;
}

std::uint64_t epoch_table::end_of(std::size_t at, const stream_info& info) const noexcept
{
    return at + 1 < epochs_.size() ? epochs_[at + 1].start - 1 : info.last;
}

bool epoch_table::holds(std::uint64_t number, const stream_info& info) const noexcept
{
    const auto at = epoch_of(number);
    return at != epochs_.size() && number - epochs_[at].offset <= end_of(at, info);
}

bool epoch_table::is_after_end(std::uint64_t number, const stream_info& info) const noexcept
{
    const auto at = epoch_of(number);
    return at + 1 == epochs_.size() && number - epochs_[at].offset > info.last;
}

std::uint64_t epoch_table::newest_barrier() const noexcept
{
    std::uint64_t start = 1;
    for (const auto& e : epochs_) {
        start = e.is_barrier ? e.start : start;
    }
    return start;
}

std::uint64_t epoch_table::position(std::uint64_t sequence) const noexcept
{
    const bool lost =
        std::ranges::any_of(epochs_, [&](const epoch& e) { return e.is_barrier && e.start == sequence + 1; });
    return lost ? position_before(sequence + 1) : number(sequence);
}

std::uint64_t epoch_table::number(std::uint64_t sequence) const noexcept
{
    std::uint64_t offset = epochs_.empty() ? 0 : epochs_.front().offset;
    for (const auto& e : epochs_) {
        offset = e.start <= sequence ? e.offset : offset;
    }
    return offset + sequence;
}

std::optional<std::uint64_t> epoch_table::sequence(std::uint64_t number, const stream_info& info) const noexcept
{
    const auto at = epoch_of(number);
    if (at == epochs_.size()) {
        return std::nullopt;
    }
    const auto sequence = number - epochs_[at].offset;
    const bool lost = std::any_of(epochs_.begin() + static_cast<std::ptrdiff_t>(at) + 1, epochs_.end(),
                                  [](const epoch& e) { return e.is_barrier; });
    return lost || sequence > end_of(at, info) || sequence + 1 < info.first ? std::nullopt : std::optional(sequence);
}

std::optional<std::uint64_t> epoch_table::sequence_of(const pubsub::log_id& id, const stream_info& info) const
{
    if (id.empty()) { // the beginning is only known if the stream still holds its first event
        const bool lost = std::ranges::any_of(epochs_, &epoch::is_barrier);
        return info.first == 1 && !lost ? std::optional<std::uint64_t>(0) : std::nullopt;
    }
    const auto value = rill::detail::whole_number<std::uint64_t>(id);
    return value && id == std::to_string(*value) ? sequence(*value, info) : std::nullopt;
}

std::uint64_t epoch_table::sequence_after_loss(std::uint64_t number, const stream_info& info) const noexcept
{
    const auto next = epoch_of(number) + 1;
    const auto start = next < epochs_.size() ? epochs_[next].start - 1 : 0;
    return std::max(start, info.first - 1);
}

} // namespace rill::nats
