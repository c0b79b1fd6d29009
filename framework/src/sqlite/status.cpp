#include "sqlite/status.hpp"

#include <utility>

namespace rill::sqlite::detail {

namespace {

std::string_view name_of(status::work w) noexcept
{
    return w == status::work::append ? "append" : "read";
}

} // namespace

status::status(std::string file, std::function<void(log_level, std::string_view)> log)
    : file_(std::move(file)), log_(std::move(log))
{}

void status::write(log_level level, const std::string& message) const
{
    if (log_) {
        log_(level, "sqlite log " + file_ + ": " + message);
    }
}

void status::failed(work w, error_code code, std::string_view what)
{
    {
        const std::lock_guard lock(mutex_);
        auto& present = failures_[static_cast<std::size_t>(w)];
        if (std::exchange(present, code) == code) {
            return;
        }
        stats_.connected = stats_.connected && w != work::append;
    }
    write(log_level::error,
          "cannot " + std::string(name_of(w)) + ": " + (what.empty() ? code.message() : std::string(what)));
}

void status::works(work w)
{
    {
        const std::lock_guard lock(mutex_);
        auto& present = failures_[static_cast<std::size_t>(w)];
        if (!std::exchange(present, {}).failed()) {
            return;
        }
        stats_.connected = stats_.connected || w == work::append;
        stats_.reconnects += w == work::append ? 1 : 0;
    }
    write(log_level::info, std::string(name_of(w)) + " works again");
}

void status::acknowledged(std::chrono::steady_clock::duration latency)
{
    count([&](pubsub::backplane_stats& s) { s.count_acknowledged(latency); });
}

void status::gap(std::string_view why)
{
    count([](pubsub::backplane_stats& s) { ++s.gaps; });
    write(log_level::warning, "events may be missing: " + std::string(why));
}

pubsub::backplane_stats status::get() const
{
    const std::lock_guard lock(mutex_);
    return stats_;
}

} // namespace rill::sqlite::detail
