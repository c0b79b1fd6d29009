#include "sqlite/past_reader.hpp"

#include <boost/system/system_error.hpp>
#include <utility>

#include "sqlite/page_reader.hpp"

namespace rill::sqlite::detail {

past_reader::past_reader(const backplane_options& options, status& counters, const std::atomic<std::uint64_t>& epoch)
    : options_(options), status_(counters), epoch_(epoch)
{}

void past_reader::read(pubsub::backplane::read_request request, pubsub::backplane::past_read done)
{
    {
        const std::lock_guard lock(mutex_);
        if (!stopped_) {
            waiting_.push_back({std::move(request), std::move(done)});
            changed_.notify_one();
            return;
        }
    }
    done(tl::unexpected(make_error_code(error::log_unavailable)));
}

result<pubsub::backplane::page> past_reader::answer(const pubsub::backplane::read_request& request)
{
    try {
        if (log_ && !log_->is_current()) {
            log_.reset();
        }
        if (!log_) {
            const auto access = options_.read_only ? database::access::read : database::access::write;
            log_ = std::make_unique<log_file>(options_, access, environment{});
        }
        auto page = read_page(*log_, request, epoch_);
        status_.works(status::work::read);
        return page;
    } catch (const boost::system::system_error& e) {
        log_.reset();
        status_.failed(status::work::read, e.code());
        status_.count([](pubsub::backplane_stats& s) { ++s.read_failures; });
        return tl::unexpected(e.code());
    }
}

void past_reader::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            return;
        }
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        const bool fails = stopped_;
        lock.unlock();
        next.done(fails ? tl::unexpected(make_error_code(error::log_unavailable)) : answer(next.request));
        next = {};
        lock.lock();
    }
}

void past_reader::stop()
{
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
}

} // namespace rill::sqlite::detail
