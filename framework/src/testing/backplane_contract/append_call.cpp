#include "testing/backplane_contract/append_call.hpp"

#include <atomic>
#include <utility>

namespace rill::testing::contract {

namespace {

// Orders the begins and the ends of all appends of the process.
std::uint64_t next_moment() noexcept
{
    static std::atomic<std::uint64_t> moments{0};
    return ++moments;
}

} // namespace

/// The copies of `done` share it. It notices that the log has destroyed all of them without a call.
class append_call::ticket
{
public:
    explicit ticket(std::shared_ptr<append_call> call) noexcept : call_(std::move(call)) {}
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket() { call_->on_destroyed(); }

    void use(const result<pubsub::log_id>& outcome) { call_->on_done(outcome); }

private:
    std::shared_ptr<append_call> call_;
};

append_pointer append_call::start(pubsub::backplane& log, pubsub::event_draft event, std::string key)
{
    auto call = std::make_shared<append_call>();
    call->event_ = observed_event::of(event, {}, 0);
    call->key_ = std::move(key);
    call->log_ = &log;
    call->began_at_ = next_moment();
    auto done = std::make_shared<ticket>(call);
    const pubsub::backplane::append_options options{.idempotency_key = call->key_};
    const auto returned =
        log.append(std::move(event), options, [done](const result<pubsub::log_id>& outcome) { done->use(outcome); });
    if (!returned || !returned->empty()) {
        const std::lock_guard lock(call->mutex_);
        call->returned_id_ = true;
        if (call->calls_ != 0) {
            call->violate("expected no call of `done` after append() has returned the outcome, came a call");
        }
        call->decide(returned);
    }
    return call;
}

// The mutex is held.
void append_call::decide(const result<pubsub::log_id>& outcome)
{
    ended_at_ = next_moment();
    if (outcome) {
        outcome_ = verdict::acknowledged;
        id_ = *outcome;
        if (id_.empty()) {
            violate("expected the id of the appended event, came an empty id");
        }
    } else {
        error_ = outcome.error();
        outcome_ = error_ == error::outcome_unknown ? verdict::unknown : verdict::refused;
    }
    changed_.notify_all();
}

void append_call::on_done(const result<pubsub::log_id>& outcome)
{
    const std::lock_guard lock(mutex_);
    if (log_destroyed_) {
        violate("expected no call of `done` after the destructor of the log, came a call");
    }
    if (++calls_ > 1 || returned_id_) {
        violate(returned_id_ ? "expected no call of `done` after append() has returned the outcome, came a call"
                             : "expected one call of `done`, came " + std::to_string(calls_) + " calls");
        return;
    }
    decide(outcome);
}

void append_call::on_destroyed()
{
    const std::lock_guard lock(mutex_);
    if (calls_ == 0 && !returned_id_) {
        if (!log_closing_) {
            violate("expected one call of `done`, came its destruction without a call");
        }
        destroyed_ = true;
        outcome_ = verdict::unknown;
        ended_at_ = next_moment();
        changed_.notify_all();
    }
}

verdict append_call::wait(std::chrono::milliseconds patience) const
{
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return outcome_ != verdict::pending; });
    return outcome_;
}

verdict append_call::outcome() const
{
    const std::lock_guard lock(mutex_);
    return outcome_;
}

pubsub::log_id append_call::id() const
{
    const std::lock_guard lock(mutex_);
    return id_;
}

error_code append_call::error() const
{
    const std::lock_guard lock(mutex_);
    return error_;
}

bool append_call::was_destroyed() const
{
    const std::lock_guard lock(mutex_);
    return destroyed_;
}

std::uint64_t append_call::ended_at() const
{
    const std::lock_guard lock(mutex_);
    return ended_at_;
}

bool append_call::ended_before(const append_call& other) const
{
    return ended_at() < other.began_at_;
}

bool append_call::ended_first(const append_call& other) const
{
    return ended_at() < other.ended_at();
}

void append_call::mark_log_closing()
{
    const std::lock_guard lock(mutex_);
    log_closing_ = true;
}

void append_call::mark_log_destroyed()
{
    const std::lock_guard lock(mutex_);
    log_destroyed_ = true;
}

void append_call::violate(std::string rule)
{
    if (violation_.empty()) {
        violation_ = "append of " + quoted(event_.data) + ": " + std::move(rule);
    }
}

std::string append_call::violation() const
{
    const std::lock_guard lock(mutex_);
    return violation_;
}

std::string describe(const append_call& append)
{
    const auto what = "the append of " + quoted(append.event().data);
    switch (append.outcome()) {
    case verdict::acknowledged:
        return what + " (acknowledged with id " + quoted(append.id()) + ")";
    case verdict::refused:
        return what + " (refused: " + append.error().message() + ")";
    case verdict::unknown:
        return what + (append.was_destroyed() ? " (`done` was destroyed without a call)" : " (outcome unknown)");
    case verdict::pending:
        break;
    }
    return what + " (without an outcome)";
}

} // namespace rill::testing::contract
