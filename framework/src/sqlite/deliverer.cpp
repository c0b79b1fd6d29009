#include "sqlite/deliverer.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <string>
#include <utility>

namespace rill::sqlite::detail {

namespace {

constexpr std::size_t slice_events = 256;
constexpr std::size_t slice_bytes = 1024UL * 1024;

} // namespace

void deliverer::begin(const log_state& state)
{
    delivered_ = state.last;
    epoch_ = state.epoch;
}

void deliverer::gap(std::uint64_t id, std::string_view why)
{
    delivered_ = id;
    status_.gap(why);
    readers_.gap(id);
}

void deliverer::start_new(log_file& log)
{
    readers_.start_new([&](reader_list::reader& r, std::size_t max_past_events) {
        begin_reader(log, r, max_past_events);
        return true;
    });
}

void deliverer::begin_reader(log_file& log, reader_list::reader& r, std::size_t max_past_events)
{
    const auto state = log.state().read();
    const bool is_same = state.epoch == epoch_ && state.floor <= delivered_ && state.last >= delivered_;
    const auto wanted = delivered_ - std::min<std::uint64_t>(delivered_, max_past_events);
    const auto after = is_same ? std::max(state.floor, wanted) : delivered_;
    r.on_begin({std::to_string(after), after});
    try {
        read_past(log, r, after);
    } catch (const boost::system::system_error& e) {
        status_.failed(status::work::read, e.code());
        r.on_gap({std::to_string(delivered_), delivered_});
    }
}

void deliverer::read_past(log_file& log, reader_list::reader& r, std::uint64_t after) const
{
    while (after < delivered_) {
        auto rows = log.events().read(after, delivered_, slice_events, slice_bytes);
        if (rows.empty()) {
            after = delivered_;
            r.on_gap({std::to_string(after), after});
        }
        for (auto& row : rows) {
            if (row.event && row.id != after + 1) {
                r.on_gap({std::to_string(row.id - 1), row.id - 1});
            }
            after = row.id;
            if (row.event) {
                r.on_event(std::move(*row.event), std::to_string(after), after);
            } else {
                r.on_gap({std::to_string(after), after});
            }
        }
    }
}

void deliverer::follow(log_file& log, const log_state& state, std::uint64_t until)
{
    if (state.epoch != epoch_) {
        epoch_ = state.epoch;
        if (state.epoch > delivered_) {
            gap(state.epoch, "the file was replaced, or has lost its newest events");
        }
    }
    while (delivered_ < until) {
        auto rows = log.events().read(delivered_, until, slice_events, slice_bytes);
        if (rows.empty()) {
            gap(until, "events were removed before they were read");
        }
        for (auto& row : rows) {
            if (row.event && row.id != delivered_ + 1) {
                gap(row.id - 1, "events were removed before they were read");
            }
            if (row.event) {
                delivered_ = row.id;
                readers_.deliver(std::move(*row.event), row.id);
            } else {
                gap(row.id, "an event is damaged: " + row.event.error().message());
            }
        }
    }
}

void deliverer::deliver(log_file& log, const log_state& state, std::vector<pending_append>& batch)
{
    const auto first = std::ranges::find(batch, false, &pending_append::is_repeat);
    if (first == batch.end()) {
        return;
    }
    try {
        follow(log, state, first->id - 1);
    } catch (const boost::system::system_error& e) {
        status_.failed(status::work::read, e.code());
        gap(first->id - 1, "the events of another process cannot be read");
    }
    for (auto& append : batch) {
        if (!append.is_repeat) {
            delivered_ = append.id;
            readers_.deliver(std::move(append.event), append.id);
        }
    }
}

} // namespace rill::sqlite::detail
