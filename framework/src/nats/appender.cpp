#include "nats/appender.hpp"

#include <algorithm>
#include <utility>

#include "http/whole_number.hpp"
#include "nats/event_message.hpp"

namespace rill::nats {

namespace {

constexpr std::size_t max_in_flight = 4096;
constexpr std::chrono::milliseconds tick(20);        // how often the thread looks for timeouts
constexpr std::chrono::milliseconds retry_delay(50); // after a response that another attempt may change

std::string message_id_of(std::string_view key, const std::string& replies, std::uint64_t token)
{
    return key.empty() ? replies + '.' + std::to_string(token) : encode_header(key);
}

} // namespace

appender::appender(const backplane_options& options, const subject_map& subjects, stream_guard& guard,
                   connector& connection, connector::report_function report)
    : options_(options), subjects_(subjects), guard_(guard), connection_(connection), report_(std::move(report)),
      replies_(make_inbox())
{}

void appender::start()
{
    thread_ = std::thread([this] {
        const thread_scope scope;
        run();
    });
}

void appender::stop()
{
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    lock.unlock();
    if (thread_.joinable()) {
        thread_.join();
    }
    outcomes out;
    lock.lock();
    while (!entries_.empty()) {
        fail(entries_.begin(), error::log_unavailable, out);
    }
    lock.unlock();
    finish(out);
}

result<pubsub::log_id> appender::append(pubsub::event_draft event, std::string_view key,
                                        pubsub::backplane::appended done)
{
    if (!event.own_id().empty()) {
        return tl::unexpected(make_error_code(error::event_id_refused));
    }
    const auto size = event.footprint();
    const std::lock_guard lock(mutex_);
    if (stopping_) {
        ++stats_.append_failures;
        return tl::unexpected(make_error_code(error::log_unavailable));
    }
    if (entries_.size() >= options_.max_pending_events || bytes_ + size > options_.max_pending_bytes) {
        ++stats_.append_failures;
        return tl::unexpected(make_error_code(error::log_overloaded));
    }
    const auto token = ++last_token_;
    entries_.emplace(token, entry{.event = std::move(event),
                                  .message_id = message_id_of(key, replies_, token),
                                  .done = std::move(done),
                                  .begin = clock::now()});
    bytes_ += size;
    unsent_.insert(token);
    changed_.notify_one();
    return pubsub::log_id();
}

void appender::run()
{
    std::unique_lock lock(mutex_);
    auto next_tick = clock::now() + tick;
    while (!stopping_) {
        outcomes out;
        const auto now = clock::now();
        if (now >= next_tick) {
            handle_timeouts(now, out);
            next_tick = now + tick;
        }
        if (const auto token = next_to_send()) {
            send(lock, *token, out);
        } else if (out.ended.empty() && entries_.empty()) {
            changed_.wait(lock);
        } else if (out.ended.empty()) {
            changed_.wait_until(lock, next_tick);
        }
        if (!out.ended.empty()) {
            lock.unlock();
            finish(out);
            lock.lock();
        }
    }
}

std::optional<std::uint64_t> appender::next_to_send() const
{
    if (session_ == nullptr || unsent_.empty() || in_flight_ >= max_in_flight) {
        return std::nullopt;
    }
    const auto first = *unsent_.begin();
    const auto& e = entries_.at(first);
    if (e.not_before != clock::time_point() && e.not_before > clock::now()) {
        return std::nullopt; // later events wait, too, so that the order remains
    }
    return first;
}

void appender::send(std::unique_lock<std::mutex>& lock, std::uint64_t token, outcomes& out)
{
    auto& e = entries_.at(token);
    const auto event = e.event.copy(); // the append may end while this thread sends it
    const auto message_id = e.message_id;
    const auto to = session_;
    if (const auto newest = guard_.newest(); e.undecided == 0 || e.newest_before.created != newest.created) {
        e.newest_before = newest;
    }
    e.sent_at = clock::now();
    e.waits_for_reply = true;
    ++e.undecided;
    ++in_flight_;
    unsent_.erase(token);
    lock.unlock();
    const auto message =
        make_message(event, subjects_, message_id, options_.stream, replies_ + '.' + std::to_string(token));
    const auto status = message != nullptr ? to->publish(*message) : NATS_NO_MEMORY;
    lock.lock();
    const auto at = entries_.find(token);
    if (status == NATS_OK || at == entries_.end()) {
        return;
    }
    if (status == NATS_MAX_PAYLOAD) {
        --at->second.undecided;
        fail(at, error::message_too_large, out);
    } else if (at->second.waits_for_reply) {
        retry(at->second, token, retry_delay);
    }
}

void appender::on_session()
{
    auto now = connection_.current();
    const std::lock_guard lock(mutex_);
    session_ = std::move(now);
    for (auto& [token, e] : entries_) {
        if (e.waits_for_reply && session_ == nullptr) {
            retry(e, token, {});
        }
    }
    changed_.notify_one();
}

void appender::retry(entry& e, std::uint64_t token, std::chrono::milliseconds delay)
{
    in_flight_ -= e.waits_for_reply ? 1 : 0;
    e.waits_for_reply = false;
    e.not_before = clock::now() + delay;
    unsent_.insert(token);
}

void appender::handle_timeouts(clock::time_point now, outcomes& out)
{
    for (auto at = entries_.begin(); at != entries_.end();) {
        const auto next = std::next(at);
        auto& e = at->second;
        if (now - e.begin >= options_.append_grace) {
            fail(at, error::log_unavailable, out);
        } else if (e.waits_for_reply && now - e.sent_at >= options_.request_timeout) {
            retry(e, at->first, {});
        }
        at = next;
    }
}

void appender::on_reply(natsMsg& reply)
{
    const std::string_view subject(natsMsg_GetSubject(&reply));
    const auto token = rill::detail::whole_number<std::uint64_t>(subject.substr(subject.rfind('.') + 1));
    const auto read = read_append_reply(reply);
    outcomes out;
    std::unique_lock lock(mutex_);
    const auto at = token ? entries_.find(*token) : entries_.end();
    if (at == entries_.end()) {
        return;
    }
    handle(at, read, out);
    changed_.notify_one();
    lock.unlock();
    finish(out);
}

void appender::handle(entries::iterator at, const append_reply& reply, outcomes& out)
{
    auto& e = at->second;
    using kind = append_reply::kind;
    if (reply.outcome == kind::stored) {
        store(at, reply, out);
        return;
    }
    if (reply.outcome != kind::undecided && e.undecided != 0) {
        --e.undecided;
    }
    if (!reply.text.empty() && reply.text != last_failure_) {
        last_failure_ = reply.text;
        report_(log_level::warning, "NATS did not store an event: " + reply.text);
    }
    if (reply.outcome == kind::refused) {
        fail(at, reply.reason, out);
    } else {
        retry(e, at->first, retry_delay);
    }
}

void appender::store(entries::iterator at, const append_reply& reply, outcomes& out)
{
    const auto& e = at->second;
    // The stream has assigned a sequence that was already in use: it has lost events, or another stream has its name.
    const bool reused = !reply.duplicate && reply.sequence <= e.newest_before.sequence;
    if (reused || guard_.newest().created != e.newest_before.created) {
        out.broken = session_; // the next session begins with a check of the stream
        fail(at, error::log_unavailable, out);
        return;
    }
    const auto number = guard_.acknowledged(reply.sequence, reply.duplicate ? std::string() : e.message_id);
    last_failure_.clear();
    stats_.count_acknowledged(clock::now() - e.begin);
    end(at, std::to_string(number), out);
}

void appender::fail(entries::iterator at, error reason, outcomes& out)
{
    const bool unknown = at->second.undecided != 0;
    ++(unknown ? stats_.unknown_outcomes : stats_.append_failures);
    end(at, tl::unexpected(make_error_code(unknown ? error::outcome_unknown : reason)), out);
}

void appender::end(entries::iterator at, result<pubsub::log_id> value, outcomes& out)
{
    auto& e = at->second;
    in_flight_ -= e.waits_for_reply ? 1 : 0;
    bytes_ -= e.event.footprint();
    unsent_.erase(at->first);
    out.ended.push_back({std::move(e.done), std::move(value)});
    entries_.erase(at);
}

// Runs without the mutex, because `done` may call append().
void appender::finish(outcomes& out)
{
    if (out.broken != nullptr) {
        out.broken->close();
    }
    for (auto& one : out.ended) {
        if (one.done) {
            one.done(std::move(one.value));
        }
    }
}

void appender::read(pubsub::backplane_stats& stats) const
{
    const std::lock_guard lock(mutex_);
    stats = stats_;
    stats.pending_appends = entries_.size();
}

} // namespace rill::nats
