#pragma once

#include <memory>
#include <rill/pubsub/backplane.hpp>
#include <rill/sqlite/options.hpp>

namespace rill::sqlite {

namespace detail {
class log_core;
struct environment;
} // namespace detail

/// A log in an SQLite database. It survives restarts, and several processes of one machine may share it. See
/// docs/how-to/sqlite.md.
///
/// The log has threads of its own. Create it after fork(). It commits all waiting appends in one transaction, and then
/// delivers the events. The ids are numbers that increase by one. The ids of an epoch begin at the time in
/// microseconds at which the epoch began. An epoch begins if the log may have lost events: see durability.
///
/// An append that fails ends with error::outcome_unknown, or with a code for which `code == error::log_unavailable` is
/// true, see error_category(). Appends work again as soon as the cause is gone. Thread-safe.
class backplane final : public pubsub::backplane
{
public:
    /// Opens or creates the file. Waits at most backplane_options::busy_timeout for the locks of other processes.
    ///
    /// Throws std::invalid_argument for invalid options, and boost::system::system_error if the file cannot be used.
    /// The message contains the name of the file, the cause, and a possible correction.
    explicit backplane(backplane_options options);
    /// Commits the appends that wait. If the file is locked, the appends fail after backplane_options::busy_timeout.
    /// All functions of publishers have been called when the destructor returns. As an exception, one of these
    /// functions may destroy the log. The destructor then does not wait.
    ~backplane() override;

    bool ids_are_numbers() const noexcept override { return true; }
    result<pubsub::log_id> append(pubsub::event_draft event, const append_options& options, appended done) override;
    bool holds_past() const noexcept override { return true; }
    /// Several reads wait in a queue. Each read is bounded: a page for patterns ends after 20,000 events, even if only
    /// a few of them match.
    void read_after(read_request request, past_read done) override;
    /// Waits until the log has called reader::on_begin() and has passed the past events, at most one second.
    void tail(reader& r, const tail_options& options) override;
    void stop(reader& r) override;
    pubsub::backplane_stats stats() const override;

    /// Internal to this module. For tests.
    backplane(backplane_options options, detail::environment system);

private:
    struct threads;

    std::shared_ptr<detail::log_core> core_;
    std::unique_ptr<threads> threads_;
};

} // namespace rill::sqlite
