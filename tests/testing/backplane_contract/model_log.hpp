#pragma once

#include <chrono>
#include <list>
#include <thread>
#include <utility>

#include "testing/backplane_contract/model_server.hpp"

namespace rill_test {

/// A connection to a model_server. It meets the contract, unless it has a defect. A thread of its own calls the readers
/// and the `done` functions.
class model_log final : public rill::pubsub::backplane
{
public:
    model_log(std::shared_ptr<model_server> server, defect fault)
        : server_(std::move(server)), fault_(fault), thread_([this] { run(); })
    {}
    ~model_log() override
    {
        {
            std::unique_lock lock(server_->mutex);
            if (fault_ == defect::destructor_blocks) {
                server_->changed.wait(lock, [this] { return !server_->interrupted; });
            }
            ending_ = true;
            server_->changed.notify_all();
        }
        thread_.join();
        end_pending();
    }

    bool ids_are_numbers() const noexcept override { return true; }
    bool holds_past() const noexcept override { return true; }

    rill::result<rill::pubsub::log_id> append(rill::pubsub::event_draft event, const append_options& options,
                                              appended done) override
    {
        if ((fault_ == defect::loses_inner_append && is_own_thread()) || (fault_ == defect::needs_done && !done)) {
            return rill::pubsub::log_id();
        }
        std::unique_lock lock(server_->mutex);
        if (fault_ == defect::blocks) {
            server_->changed.wait(lock, [this] { return !server_->interrupted; });
        }
        if (!event.own_id().empty()) {
            if (fault_ == defect::delivers_refused_event) {
                server_->add(event, {});
            }
            ++stats_.append_failures;
            return tl::unexpected(make_error_code(rill::error::event_id_refused));
        }
        auto late = fault_ == defect::calls_done_after_destruction ? std::exchange(server_->late_calls, {})
                                                                   : decltype(server_->late_calls)();
        ++stats_.pending_appends;
        appends_.push_back({std::move(event), key_of(options), std::move(done), std::chrono::steady_clock::now(),
                            server_->interrupted});
        server_->changed.notify_all();
        lock.unlock();
        for (const auto& call : late) {
            call();
        }
        return rill::pubsub::log_id();
    }

    void read_after(read_request request, past_read done) override
    {
        if (fault_ == defect::drops_inner_read && is_own_thread()) {
            return;
        }
        const std::lock_guard lock(server_->mutex);
        reads_.push_back({std::move(request), std::move(done)});
        server_->changed.notify_all();
    }

    void tail(reader& r, const tail_options& options) override
    {
        const std::lock_guard lock(server_->mutex);
        if (fault_ == defect::misses_begin_during_interruption && server_->interrupted) {
            return;
        }
        readers_.push_back({.to = &r, .max_past = options.max_past_events, .interruptions = server_->interruptions});
        server_->changed.notify_all();
    }

    void stop(reader& r) override
    {
        std::unique_lock lock(server_->mutex);
        if (fault_ != defect::calls_after_stop) {
            server_->changed.wait(lock, [&] { return calling_ != &r; });
            std::erase_if(readers_,
                          [&](const tailing& t) { return t.to == &r || fault_ == defect::stops_all_readers; });
        }
    }

    rill::pubsub::backplane_stats stats() const override
    {
        const std::lock_guard lock(server_->mutex);
        auto counted = stats_;
        counted.connected = !server_->interrupted;
        counted.appended *= fault_ == defect::miscounts ? 2 : 1;
        return counted;
    }

private:
    struct pending_append
    {
        rill::pubsub::event_draft event;
        std::string key;
        appended done;
        std::chrono::steady_clock::time_point since;
        bool began_interrupted = false; ///< the server was interrupted when the append began
    };
    struct pending_read
    {
        read_request request;
        past_read done;
    };
    struct tailing
    {
        reader* to = nullptr;
        std::size_t max_past = 0;
        std::uint64_t epoch = 0; ///< 0: on_begin() is missing
        std::uint64_t last = 0;
        std::uint64_t interruptions = 0;
    };
    using lock_type = std::unique_lock<std::mutex>;

    bool is_own_thread() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }
    std::string key_of(const append_options& options) const
    {
        std::string key(options.idempotency_key);
        if (fault_ == defect::forgets_keys) {
            key.clear();
        } else if (fault_ == defect::keys_of_one_connection && !key.empty()) {
            key += std::to_string(reinterpret_cast<std::uintptr_t>(this));
        } else if (fault_ == defect::same_key_for_all && !key.empty()) {
            key = "same";
        } else if (fault_ == defect::forgets_keys_after_interruption && !key.empty()) {
            key += std::to_string(server_->interruptions);
        }
        return key;
    }

    void run();
    bool work(lock_type& lock);
    bool finish_append(lock_type& lock);
    rill::result<rill::pubsub::log_id> outcome_of(const pending_append& append);
    void answer_read(lock_type& lock);
    rill::result<page> page_of(const read_request& request) const;
    void fill(page& read, const read_request& request, std::uint64_t after) const;
    bool deliver(lock_type& lock);
    void begin(tailing& t, lock_type& lock);
    void pass_gap(tailing& t, lock_type& lock);
    void pass_gap_without_loss(tailing& t, lock_type& lock);
    void pass_event(tailing& t, const model_server::stored_event& next, lock_type& lock);
    template <class F>
    void call(reader& to, lock_type& lock, F f);
    rill::pubsub::event_draft draft_of(const model_server::stored_event& event) const;
    void end_pending();

    std::shared_ptr<model_server> server_;
    const defect fault_;
    std::deque<pending_append> appends_;
    std::deque<pending_read> reads_;
    std::list<tailing> readers_; ///< a list, because other threads change it during a call
    rill::pubsub::backplane_stats stats_{};
    reader* calling_ = nullptr;
    std::size_t outcomes_ = 0;
    std::size_t calls_ = 0;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace rill_test

#include "testing/backplane_contract/model_log_work.hpp"
