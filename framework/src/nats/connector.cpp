#include "nats/connector.hpp"

#include <algorithm>
#include <utility>

#include "http/jitter.hpp"

namespace rill::nats {

connector::connector(const backplane_options& options, stream_guard& guard, report_function report)
    : options_(options), guard_(guard), report_(std::move(report)), servers_(options.servers)
{}

void connector::start(std::string replies, session::reply_handler on_reply, std::function<void()> on_change)
{
    replies_ = std::move(replies);
    on_reply_ = std::move(on_reply);
    on_change_ = std::move(on_change);
    thread_ = std::thread([this] {
        const thread_scope scope;
        run();
    });
}

void connector::stop()
{
    std::unique_lock lock(mutex_);
    stopping_ = true;
    const auto open = current_ != nullptr ? current_ : opening_;
    lock.unlock();
    changed_.notify_all();
    if (open != nullptr) {
        open->close();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void connector::run()
{
    while (!is_stopping()) {
        if (auto opened = open()) {
            serve(opened);
            opened->close();
        }
        if (!back_off()) {
            return;
        }
    }
}

// Connects and checks the stream. Returns nullptr if this fails.
std::shared_ptr<session> connector::open()
{
    auto dialed = session::dial(options_, servers_, replies_, on_reply_);
    if (!dialed) {
        servers_ = options_.servers; // the other known servers may be old
        report_failure("no connection to NATS: " + dialed.error());
        return nullptr;
    }
    std::unique_lock lock(mutex_);
    opening_ = *dialed;
    const bool stopping = stopping_;
    lock.unlock();
    const auto checked = stopping ? request_result<checked_stream>() : guard_.check(**dialed);
    lock.lock();
    opening_ = nullptr;
    lock.unlock();
    if (!checked) {
        report_failure("the stream " + options_.stream + " cannot be used: " + checked.error().text);
        return nullptr;
    }
    return *dialed;
}

void connector::serve(const std::shared_ptr<session>& opened)
{
    failures_ = 0;
    last_failure_.clear();
    servers_ = options_.servers;
    for (auto& server : opened->servers()) {
        if (std::ranges::find(servers_, server) == servers_.end()) {
            servers_.push_back(std::move(server));
        }
    }
    const auto url = opened->server_url();
    report_(log_level::info, "connected to NATS at " + url);
    set_current(opened);
    // Another process may have found that the stream has lost events.
    while (!is_stopping() && !opened->wait_until_closed(options_.heartbeat * 2)) {
        static_cast<void>(guard_.check(*opened));
    }
    set_current(nullptr);
    if (!is_stopping()) {
        report_(log_level::warning, "the connection to NATS at " + url + " has ended");
    }
}

void connector::set_current(std::shared_ptr<session> s)
{
    std::unique_lock lock(mutex_);
    sessions_ += s != nullptr ? 1 : 0;
    current_ = std::move(s);
    lock.unlock();
    changed_.notify_all();
    on_change_();
}

// A message that repeats itself is reported once.
void connector::report_failure(const std::string& text)
{
    if (text != last_failure_ && !is_stopping()) {
        last_failure_ = text;
        report_(log_level::warning, text);
    }
}

bool connector::back_off()
{
    auto time = options_.initial_backoff;
    for (unsigned i = 0; i < failures_ && time < options_.max_backoff; ++i) {
        time *= 2;
    }
    ++failures_;
    time = std::min(time, options_.max_backoff);
    return pause(rill::detail::jitter::of_this_thread().next(time / 2, time / 2));
}

std::shared_ptr<session> connector::current() const
{
    const std::lock_guard lock(mutex_);
    return stopping_ ? nullptr : current_;
}

std::shared_ptr<session> connector::wait(std::chrono::steady_clock::time_point deadline) const
{
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] { return stopping_ || current_ != nullptr; });
    return stopping_ ? nullptr : current_;
}

bool connector::pause(std::chrono::milliseconds time) const
{
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

bool connector::is_stopping() const
{
    const std::lock_guard lock(mutex_);
    return stopping_;
}

std::uint64_t connector::reconnects() const
{
    const std::lock_guard lock(mutex_);
    return sessions_ == 0 ? 0 : sessions_ - 1;
}

} // namespace rill::nats
