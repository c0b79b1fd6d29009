#include "sqlite/log_core.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <rill/sqlite/error.hpp>
#include <utility>

namespace rill::sqlite::detail {

namespace {

using namespace std::chrono_literals;

// A transaction of this size takes about 20 ms. A publisher waits for at most two of them if the disk is fast.
constexpr std::size_t max_batch_events = 2'048;
constexpr std::size_t max_batch_bytes = 4UL * 1024 * 1024;
constexpr std::size_t max_event_bytes = 512UL * 1024 * 1024; // SQLite stores rows of up to 1 GB

constexpr auto max_start_wait = 1s;
constexpr auto first_backoff = 50ms;
constexpr auto max_backoff = 2s;
constexpr auto trim_interval = 1s;

// inotify reports the write of a transaction before the transaction is visible. Until then, the thread checks often.
constexpr auto settle_time = 20ms;
constexpr auto settle_pause = 1ms;
constexpr auto unwatched_pause = 5ms;
constexpr auto idle_pause = 100ms;

database::access access_of(const backplane_options& options) noexcept
{
    return options.read_only ? database::access::read : database::access::create;
}

// After these errors, a new connection may work, for example because the file was replaced.
bool needs_new_connection(error_code code) noexcept
{
    if (code.category() != error_category()) {
        return true;
    }
    switch (code.value() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_READONLY:
        return false;
    default:
        return true;
    }
}

} // namespace

log_core::log_core(backplane_options options, environment system)
    : options_(std::move(options)), system_(std::move(system)),
      queue_(options_.max_pending_events, options_.max_pending_bytes), status_(options_.file, options_.log),
      past_(options_, status_, epoch_), checkpoints_(options_), committer_(options_, system_),
      deliverer_(readers_, status_, epoch_)
{
    open(std::make_unique<log_file>(options_, access_of(options_), system_));
    deliverer_.begin(log_->state().read());
}

void log_core::open(std::unique_ptr<log_file> log)
{
    log_ = std::move(log);
    is_watched_ = watch_.watch(options_.file);
    sqlite3_wal_hook(log_->db().get(), &log_core::on_commit, this);
}

int log_core::on_commit(void* self, sqlite3*, const char*, int pages) noexcept
{
    static_cast<log_core*>(self)->checkpoints_.on_commit(static_cast<std::size_t>(pages));
    return SQLITE_OK;
}

result<pubsub::log_id> log_core::append(pubsub::event_draft event, const pubsub::backplane::append_options& options,
                                        pubsub::backplane::appended done)
{
    const auto refuse = [this](error_code code) {
        status_.count([](pubsub::backplane_stats& s) { ++s.append_failures; });
        return tl::unexpected(code);
    };
    if (!event.own_id().empty()) {
        return refuse(make_error_code(error::event_id_refused));
    }
    if (options_.read_only) {
        return refuse(make_error_code(SQLITE_READONLY));
    }
    if (event.footprint() > max_event_bytes) {
        return refuse(make_error_code(error::message_too_large));
    }
    pubsub::event_record record(event);
    pending_append append{.event = std::move(event),
                          .other = {.comment = std::move(record.comment), .retry = record.retry},
                          .key = std::string(options.idempotency_key),
                          .done = std::move(done),
                          .since = clock::now()};
    ++pending_;
    const auto queued = queue_.push(std::move(append));
    if (!queued) {
        --pending_;
        return refuse(queued.error());
    }
    if (*queued) {
        watch_.notify();
    }
    return pubsub::log_id();
}

void log_core::tail(pubsub::backplane::reader& r, std::size_t max_past_events)
{
    readers_.add(r, max_past_events);
    watch_.notify();
    readers_.wait_until_started(r, max_start_wait);
}

pubsub::backplane_stats log_core::stats() const
{
    auto stats = status_.get();
    stats.pending_appends = pending_;
    stats.reader_lag = lag_;
    return stats;
}

void log_core::stop()
{
    queue_.close();
    stopped_ = true;
    watch_.notify();
    past_.stop();
    checkpoints_.stop();
}

std::chrono::milliseconds log_core::pause(bool changed)
{
    if (!queue_.is_empty() || (log_ && readers_.has_new())) {
        return 0ms;
    }
    const auto now = clock::now();
    changed_at_ = changed ? now : changed_at_;
    const bool settles = now < changed_at_ + settle_time;
    return settles ? settle_pause : is_watched_ ? idle_pause : unwatched_pause;
}

void log_core::write()
{
    for (bool changed = false; !stopped_ || !queue_.is_empty();) {
        changed = watch_.wait(stopped_ ? 0ms : pause(changed));
        cycle();
    }
    try {
        if (log_ && !options_.read_only) {
            committer_.mark_synced(*log_);
        }
    } catch (const boost::system::system_error&) { // the next start then assumes the worst
    }
    log_.reset();
}

// The appends of a batch always get an outcome, also if the file cannot be opened.
void log_core::cycle()
{
    const bool is_open = open_again();
    auto batch = queue_.take(max_batch_events, max_batch_bytes);
    if (!is_open) {
        fail(batch, failure_);
        return;
    }
    try {
        deliverer_.start_new(*log_);
        if (batch.empty()) {
            follow_others();
        }
    } catch (const boost::system::system_error& e) {
        on_failure(status::work::read, e.code(), e.what());
        fail(batch, e.code());
        return;
    }
    if (!batch.empty()) {
        commit(std::move(batch));
    }
    trim_sometimes();
}

bool log_core::open_again()
{
    if (log_ && log_->is_current()) {
        return true;
    }
    if (log_) {
        log_.reset();
        failure_ = make_error_code(SQLITE_CANTOPEN);
        next_try_ = {};
    }
    const auto now = clock::now();
    if (now < next_try_) {
        return false;
    }
    try {
        open(std::make_unique<log_file>(options_, access_of(options_), system_));
        if (!options_.read_only) {
            committer_.begin_epoch_if_lost(*log_, deliverer_.delivered());
        }
        backoff_ = {};
        return true;
    } catch (const boost::system::system_error& e) {
        on_failure(status::work::append, e.code(), e.what());
        return false;
    }
}

void log_core::on_failure(status::work w, error_code code, std::string_view what)
{
    status_.failed(w, code, what);
    failure_ = code;
    if (needs_new_connection(code)) {
        log_.reset();
        backoff_ = std::clamp<clock::duration>(backoff_ * 2, first_backoff, max_backoff);
        next_try_ = clock::now() + backoff_;
    }
}

void log_core::commit(std::vector<pending_append> batch)
{
    log_state state;
    try {
        state = committer_.append(*log_, batch, deliverer_.delivered());
    } catch (const boost::system::system_error& e) {
        on_failure(status::work::append, e.code(), e.what());
        fail(batch, e.code());
        if (stopped_) { // the destructor must not wait for each batch
            batch = queue_.take(SIZE_MAX, SIZE_MAX);
            fail(batch, failure_);
        }
        return;
    }
    ++transactions_;
    status_.works(status::work::append);
    deliverer_.deliver(*log_, state, batch);
    const auto now = clock::now();
    for (auto& append : batch) {
        status_.acknowledged(now - append.since);
        --pending_;
        if (append.done) {
            append.done(std::to_string(append.id));
        }
    }
}

void log_core::fail(std::vector<pending_append>& batch, error_code code)
{
    const bool unknown = code == make_error_code(error::outcome_unknown);
    status_.count(
        [&](pubsub::backplane_stats& s) { (unknown ? s.unknown_outcomes : s.append_failures) += batch.size(); });
    for (auto& append : batch) {
        --pending_;
        if (append.done) {
            append.done(tl::unexpected(code));
        }
    }
    batch.clear();
}

void log_core::follow_others()
{
    auto state = log_->state().read();
    if (has_lost(state, deliverer_.delivered()) && !options_.read_only) {
        committer_.begin_epoch_if_lost(*log_, deliverer_.delivered());
        state = log_->state().read();
    }
    lag_ = state.last - std::min(state.last, deliverer_.delivered().id);
    deliverer_.follow(*log_, state, state.last);
    lag_ = 0;
    status_.works(status::work::read);
}

// Removes events that are too old while nothing is appended.
void log_core::trim_sometimes()
{
    const auto now = clock::now();
    if (!log_ || options_.read_only || options_.retention.max_age.count() <= 0 || now < next_trim_) {
        return;
    }
    next_trim_ = now + trim_interval;
    try {
        if (committer_.trim(*log_)) {
            next_trim_ = now;
        }
    } catch (const boost::system::system_error& e) {
        on_failure(status::work::append, e.code(), e.what());
    }
}

} // namespace rill::sqlite::detail
