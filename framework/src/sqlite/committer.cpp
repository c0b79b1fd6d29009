#include "sqlite/committer.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <rill/sqlite/error.hpp>

namespace rill::sqlite::detail {

namespace {

constexpr std::uint64_t max_trimmed = 256; // events for each transaction, in addition to the number of new events
constexpr std::uint64_t max_trimmed_idle = 2'000; // about 10 ms

void commit(transaction& t)
{
    try {
        t.commit();
    } catch (const boost::system::system_error& e) {
        throw boost::system::system_error(outcome_of_commit(e.code().value()), e.what());
    }
}

} // namespace

// If a write fails, the last frame of the transaction is missing, and recovery ignores the others. If a later step
// fails, all frames may be in the write-ahead log. A recovery after a crash would then find a complete transaction.
error_code outcome_of_commit(int code) noexcept
{
    const bool unknown = (code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_WRITE;
    return unknown ? make_error_code(error::outcome_unknown) : make_error_code(code);
}

void committer::begin_epoch_if_lost(log_file& log, const known_position& delivered)
{
    if (!has_lost(log.state().read(), delivered)) {
        return;
    }
    transaction t(log.db(), transaction::kind::write);
    auto state = log.state().read();
    if (has_lost(state, delivered)) {
        begin_epoch(state, delivered.id, system_.boot, log.identity());
        log.state().write(state);
        t.commit();
    }
}

void committer::insert(log_file& log, log_state& state, pending_append& append)
{
    append.is_repeat = false;
    if (!append.key.empty()) {
        if (const auto earlier = log.events().find_key(append.key)) {
            append.id = *earlier;
            append.is_repeat = true;
            return;
        }
    }
    log.events().insert(state, append.event, append.other);
    append.id = state.last;
    if (!append.key.empty()) {
        log.events().insert_key(append.key, append.id);
        new_keys_ += new_keys_ == UINT64_MAX ? 0 : 1;
    }
}

// A transaction with a few events must not remove many old ones, because the publishers wait for it.
log_state committer::append(log_file& log, std::vector<pending_append>& batch, const known_position& delivered)
{
    for (;;) {
        transaction t(log.db(), transaction::kind::write);
        auto state = log.state().read();
        if (has_lost(state, delivered)) {
            begin_epoch(state, delivered.id, system_.boot, log.identity());
            log.state().write(state);
            t.commit();
            continue;
        }
        if (options_.durability == durability::normal && !state.unsynced) {
            t.undo();
            log.mark_unsynced(system_);
            continue;
        }
        for (auto& append : batch) {
            insert(log, state, append);
        }
        if (new_keys_ > options_.idempotency_keys / 8) {
            log.events().remove_keys(options_.idempotency_keys);
            new_keys_ = 0;
        }
        log.events().trim(state, options_.retention, batch.size() + max_trimmed);
        state.unsynced = options_.durability == durability::normal;
        log.state().write(state);
        commit(t);
        return state;
    }
}

bool committer::trim(log_file& log)
{
    transaction t(log.db(), transaction::kind::write);
    auto state = log.state().read();
    const auto floor = state.floor;
    const bool more = log.events().trim(state, options_.retention, max_trimmed_idle);
    if (state.floor != floor) {
        log.state().write(state);
        t.commit();
    }
    return more;
}

void committer::mark_synced(log_file& log)
{
    transaction t(log.db(), transaction::kind::write);
    auto state = log.state().read();
    if (state.unsynced) {
        state.unsynced = false;
        log.state().write(state);
        t.commit();
    }
}

} // namespace rill::sqlite::detail
