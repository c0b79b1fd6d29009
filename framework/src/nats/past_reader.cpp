#include "nats/past_reader.hpp"

#include <algorithm>
#include <utility>

#include "nats/past_page.hpp"

namespace rill::nats {

past_reader::past_reader(const backplane_options& options, const subject_map& subjects, stream_guard& guard,
                         connector& connection, connector::report_function report)
    : options_(options), subjects_(subjects), guard_(guard), connection_(connection), report_(std::move(report))
{}

void past_reader::start()
{
    for (std::size_t i = 0; i < options_.read_threads; ++i) {
        threads_.emplace_back([this] {
            const thread_scope scope;
            run();
        });
    }
}

void past_reader::stop()
{
    std::unique_lock lock(mutex_);
    stopping_ = true;
    lock.unlock();
    changed_.notify_all();
    for (auto& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    for (auto& left : std::exchange(jobs_, {})) {
        left.done(tl::unexpected(make_error_code(error::log_unavailable)));
    }
}

void past_reader::read(read_request request, past_read done)
{
    std::unique_lock lock(mutex_);
    if (stopping_) {
        lock.unlock();
        done(tl::unexpected(make_error_code(error::log_unavailable)));
        return;
    }
    jobs_.push_back({std::move(request), std::move(done), clock::now() + options_.read_timeout});
    lock.unlock();
    changed_.notify_one();
}

std::uint64_t past_reader::failures() const
{
    const std::lock_guard lock(mutex_);
    return failures_;
}

void past_reader::run()
{
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
        if (stopping_) {
            return;
        }
        auto next = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        answer(next);
        lock.lock();
    }
}

// Repeats the read until its deadline if the connection or the server fails.
void past_reader::answer(job& next)
{
    result<page> read = tl::unexpected(make_error_code(error::log_unavailable));
    std::string failure;
    const auto behind_until = std::min(next.deadline, clock::now() + options_.catch_up_time);
    do {
        if (const auto with = connection_.wait(next.deadline)) {
            past_page reader(*with, guard_, subjects_, options_.stream, next.request, next.deadline,
                             clock::now() < behind_until);
            read = reader.read();
            failure = reader.failure();
        }
    } while (!read && read.error() != error::unknown_event_id && clock::now() < next.deadline &&
             connection_.pause(options_.initial_backoff));
    if (!read && read.error() != error::unknown_event_id) {
        if (!failure.empty()) {
            report_(log_level::warning, "the past of the stream " + options_.stream + " cannot be read: " + failure);
        }
        const std::lock_guard lock(mutex_);
        ++failures_;
    }
    next.done(std::move(read));
}

} // namespace rill::nats
