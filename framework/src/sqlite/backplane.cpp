#include <rill/sqlite/backplane.hpp>

#include <csignal>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <utility>

#include "sqlite/log_core.hpp"

namespace rill::sqlite {

namespace {

void require(bool valid, const std::string& rule)
{
    if (!valid) {
        throw std::invalid_argument("backplane_options::" + rule);
    }
}

backplane_options checked(backplane_options options)
{
    require(!options.file.empty(), "file is empty: set the path of the database");
    require(options.file != ":memory:", "file is \":memory:\": use pubsub::memory_backplane");
    require(options.retention.max_events != 0, "retention.max_events is 0: the minimum is 1");
    require(options.retention.max_age.count() >= 0, "retention.max_age is negative: the minimum is 0, for no limit");
    require(options.busy_timeout.count() >= 0, "busy_timeout is negative: the minimum is 0");
    require(options.max_pending_events != 0, "max_pending_events is 0: the minimum is 1");
    return options;
}

// Signals of the process go to the threads of the application.
template <class F>
std::thread start_thread(const char* name, F run)
{
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(run));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_setname_np(thread.native_handle(), name);
    return thread;
}

// A function of a publisher may destroy the log. The thread that called it then ends later.
void end_thread(std::thread& thread)
{
    if (!thread.joinable()) {
        return;
    }
    if (thread.get_id() == std::this_thread::get_id()) {
        thread.detach();
    } else {
        thread.join();
    }
}

} // namespace

/// Each thread shares the core, because it may outlive the log.
struct backplane::threads
{
    explicit threads(const std::shared_ptr<detail::log_core>& core)
        : core_(core), past_(start_thread("rill-sql-read", [core] { core->past().run(); })),
          checkpoints_(start_thread("rill-sql-sync", [core] { core->checkpoints().run(); })),
          writer_(start_thread("rill-sql-write", [core] { core->write(); }))
    {}
    threads(const threads&) = delete;
    threads& operator=(const threads&) = delete;
    ~threads()
    {
        core_->stop();
        end_thread(writer_);
        end_thread(checkpoints_);
        end_thread(past_);
    }

private:
    std::shared_ptr<detail::log_core> core_;
    std::thread past_;
    std::thread checkpoints_;
    std::thread writer_;
};

backplane::backplane(backplane_options options) : backplane(std::move(options), detail::environment{}) {}

backplane::backplane(backplane_options options, detail::environment system)
    : core_(std::make_shared<detail::log_core>(checked(std::move(options)), std::move(system))),
      threads_(std::make_unique<threads>(core_))
{}

backplane::~backplane() = default;

result<pubsub::log_id> backplane::append(pubsub::event_draft event, const append_options& options, appended done)
{
    return core_->append(std::move(event), options, std::move(done));
}

void backplane::read_after(read_request request, past_read done)
{
    core_->past().read(std::move(request), std::move(done));
}

void backplane::tail(reader& r, const tail_options& options)
{
    core_->tail(r, options.max_past_events);
}

void backplane::stop(reader& r)
{
    core_->readers().remove(r);
}

pubsub::backplane_stats backplane::stats() const
{
    return core_->stats();
}

} // namespace rill::sqlite
