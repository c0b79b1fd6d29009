#include "pubsub/snapshot_runner.hpp"

#include <algorithm>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/timer_service.hpp>
#include <utility>

#include "core/exception_message.hpp"
#include "core/spawn.hpp"
#include "pubsub/make_snapshot.hpp"

namespace rill::pubsub::detail {

namespace asio = boost::asio;

asio::execution_context::id snapshot_runner::id;

/// One call. After it has ended, keeps its result for further streams until the result is too old.
class snapshot_runner::task : public rill::detail::spawned_coroutine, public timer_node
{
public:
    task(snapshot_runner& owner, topic_store& store, snapshot_calls::call_pointer call, std::uint32_t kind);
    task(const task&) = delete;
    task& operator=(const task&) = delete;
    ~task();

    void start(snapshot_request request, history::log_end_position before);
    void cancel();
    const snapshot_call* call() const noexcept { return call_.get(); }

    /// Must be called exactly once.
    void finish(snapshot_outcome outcome, std::string_view what);

private:
    static void on_done(spawned_coroutine& coroutine, const std::exception_ptr& error);
    static void on_timer(timer_node& node, error_code ec);
    static awaitable<> take(task& self, std::shared_ptr<topic_store> store, snapshot_request request,
                            history::log_end_position before);
    const channel_options& options(const topic_store& store) const noexcept { return store.kinds().options(kind_); }

    snapshot_runner& owner_;
    std::weak_ptr<topic_store> store_;
    std::shared_ptr<snapshot_calls> calls_;
    snapshot_calls::call_pointer call_;
    std::uint32_t kind_;
    bool running_ = true;
    bool timed_out_ = false;
    bool keeps_ = false; ///< further streams may get the result
};

/// Ends the call if its coroutine is destroyed before it has ended.
class snapshot_runner::finisher
{
public:
    explicit finisher(task& of) noexcept : task_(&of) {}
    finisher(const finisher&) = delete;
    finisher& operator=(const finisher&) = delete;
    ~finisher()
    {
        if (task_ == nullptr) {
            return;
        }
        try {
            finish(tl::unexpected(make_error_code(error::snapshot_failed)), "it was destroyed");
        } catch (...) { // memory is exhausted. The streams wait until their clients leave.
            static_cast<void>(task_);
        }
    }
    void finish(snapshot_outcome outcome, std::string_view what)
    {
        std::exchange(task_, nullptr)->finish(std::move(outcome), what);
    }

private:
    task* task_;
};

snapshot_runner::task::task(snapshot_runner& owner, topic_store& store, snapshot_calls::call_pointer call,
                            std::uint32_t kind)
    : owner_(owner), store_(store.weak_from_this()), calls_(store.snapshots()), call_(std::move(call)), kind_(kind)
{
    static constexpr timer_operations timer_kind{&on_timer};
    operations = &timer_kind;
}

snapshot_runner::task::~task()
{
    timer_service::remove(*this);
    calls_->forget(call_);
}

void snapshot_runner::task::start(snapshot_request request, history::log_end_position before)
{
    auto store = store_.lock();
    auto& timers = timer_service::of(owner_.io_);
    timers.add(*this, timers.after(options(*store).snapshot_use.timeout));
    auto coroutine = take(*this, std::move(store), std::move(request), std::move(before));
    rill::detail::spawn<&task::on_done>(owner_.io_, std::move(coroutine), *this);
}

awaitable<> snapshot_runner::task::take(task& self, std::shared_ptr<topic_store> store, snapshot_request request,
                                        history::log_end_position before)
{
    finisher end(self);
    result<snapshot> taken = tl::unexpected(make_error_code(error::snapshot_failed));
    std::string what;
    try {
        auto call = self.options(*store).snapshot(std::move(request));
        taken = co_await std::move(call);
    } catch (const boost::system::system_error& e) {
        taken = tl::unexpected(e.code());
        what = e.what();
    } catch (...) {
        what = rill::detail::exception_message(std::current_exception());
    }
    if (self.timed_out_) {
        taken = tl::unexpected(make_error_code(error::snapshot_failed));
        what = "it took too long";
    }
    auto outcome = taken ? make_snapshot(*store, std::move(*taken), std::move(before), self.kind_)
                         : snapshot_outcome(tl::unexpected(taken.error()));
    end.finish(std::move(outcome), what);
}

void snapshot_runner::task::cancel()
{
    if (running_) {
        rill::detail::cancel(timer_service::of(owner_.io_), *this);
    }
}

void snapshot_runner::task::finish(snapshot_outcome outcome, std::string_view what)
{
    const bool failed = !outcome;
    const auto message = what.empty() && failed ? outcome.error().message() : std::string(what);
    const bool is_wanted = calls_->finish(call_, std::move(outcome));
    keeps_ = is_wanted && !failed;
    const auto store = store_.lock();
    if (!failed || !is_wanted || !store) {
        return;
    }
    report_failure(*store, kind_, message);
}

// The bottom frame of the coroutine still runs. Therefore the task ends in a later tick of the timers.
void snapshot_runner::task::on_done(spawned_coroutine& coroutine, const std::exception_ptr&)
{
    auto& self = static_cast<task&>(coroutine);
    self.running_ = false;
    timer_service::remove(self);
    auto& timers = timer_service::of(self.owner_.io_);
    const auto store = self.store_.lock();
    const bool keeps = self.keeps_ && store;
    timers.add(self, timers.after(keeps ? self.options(*store).snapshot_use.max_age : std::chrono::milliseconds(0)));
}

void snapshot_runner::task::on_timer(timer_node& node, error_code ec)
{
    auto& self = static_cast<task&>(node);
    if (ec) { // the context ends
        return;
    }
    if (self.running_) {
        self.timed_out_ = true;
        self.cancel();
        return;
    }
    std::erase_if(self.owner_.tasks_, [&self](const auto& t) { return t.get() == &self; });
}

snapshot_runner::snapshot_runner(asio::execution_context& context)
    : asio::execution_context::service(context), io_(static_cast<asio::io_context&>(context))
{
    static_cast<void>(rill::detail::unwinder::of(io_)); // created here, so that a cancellation does not allocate it
}

snapshot_runner::~snapshot_runner() = default;

snapshot_runner& snapshot_runner::of(asio::io_context& context)
{
    return asio::use_service<snapshot_runner>(context);
}

void snapshot_runner::report_failure(topic_store& store, std::uint32_t kind, std::string_view what)
{
    store.starts.snapshot_failures.fetch_add(1, std::memory_order_relaxed);
    if (const auto& hook = store.kinds().options(kind).on_snapshot_failed) {
        hook(what);
    }
}

void snapshot_runner::run(topic_store& store, const snapshot_calls::call_pointer& call, const topic_filter& topics)
{
    snapshot_request request;
    for (const auto* topic : topics.topics) {
        if (auto name = topic_pattern::parse(topic->name)) { // the topic of a channel has no name
            request.topics.push_back(std::move(*name));
        }
    }
    request.topics.insert(request.topics.end(), topics.patterns.begin(), topics.patterns.end());
    auto before = store.read(topics, [](const history& past) { return past.end(); });
    request.position = before.id;
    auto& made = *tasks_.emplace_back(std::make_unique<task>(*this, store, call, topics.kind));
    store.starts.snapshots.fetch_add(1, std::memory_order_relaxed);
    try {
        store.snapshots()->on_start(
            call, [worker = mailbox::of(io_).get_address(), self = this, which = std::weak_ptr(call)] {
                static_cast<void>(worker.post([self, which] { self->cancel(which); }));
            });
        made.start(std::move(request), std::move(before));
    } catch (...) { // memory is exhausted
        tasks_.pop_back();
        throw;
    }
}

// The task may have ended since the last stream left.
void snapshot_runner::cancel(const std::weak_ptr<snapshot_call>& call)
{
    const auto wanted = call.lock();
    const auto found = std::ranges::find(tasks_, wanted.get(), [](const auto& t) { return t->call(); });
    if (found != tasks_.end()) {
        (*found)->cancel();
    }
}

} // namespace rill::pubsub::detail
