#include "redis/node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "redis/primary.hpp"

namespace rill::redis::detail {

namespace {

constexpr std::chrono::milliseconds expire_interval{20};

} // namespace

node::node(backplane_options options)
    : state_(std::move(options)), queue_(state_), readers_(state_), appender_(context_, state_, queue_),
      past_(context_, state_, readers_), feed_(state_, readers_, [this] { past_.wake(); }),
      append_link_(context_, state_, [this](session& s) { return appender_.serve(s); }),
      past_link_(context_, state_, [this](session& s) { return past_.serve(s); }),
      feed_link_(context_, state_, [this](session& s) { return feed_.serve(s); })
{}

void node::start()
{
    spawn(append_link_.run());
    spawn(expire_loop());
    if (!state_.options().sentinel.addresses.empty()) {
        spawn(watch_primary(context_, state_));
    }
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
}

void node::spawn(awaitable<void> loop)
{
    asio::co_spawn(context_, std::move(loop), [](std::exception_ptr failed) {
        if (failed) {
            std::rethrow_exception(failed);
        }
    });
}

void node::run()
{
    for (bool has_failed = true; has_failed;) {
        try {
            context_.run();
            has_failed = false;
        } catch (const std::exception& e) { // from a callback of the user; a coroutine catches its own exceptions
            state_.report("thread", e.what());
        }
    }
    appender_.abandon();
    past_.abandon();
}

void node::stop()
{
    context_.stop();
    if (thread_.get_id() == std::this_thread::get_id()) {
        thread_.detach();
    } else {
        thread_.join();
    }
}

result<pubsub::log_id> node::append(pubsub::event_draft event, std::string_view idempotency_key,
                                    pubsub::backplane::appended done)
{
    if (!event.own_id().empty()) {
        return tl::unexpected(make_error_code(error::event_id_refused));
    }
    auto must_wake = queue_.push({encode_entry(event, idempotency_key), std::move(done), append_queue::clock::now()});
    if (!must_wake) {
        state_.count_not_appended(must_wake.error());
        return tl::unexpected(must_wake.error());
    }
    if (*must_wake) {
        asio::post(context_, [this] { appender_.wake(); });
    }
    return pubsub::log_id();
}

void node::read(pubsub::backplane::read_request request, pubsub::backplane::past_read done)
{
    past_.push({std::move(request), std::move(done), past::clock::now()});
    asio::post(context_, [this] { start_reading(); });
}

void node::start_reading()
{
    if (!std::exchange(has_past_, true)) {
        spawn(past_link_.run());
    }
    past_.wake();
}

void node::add_reader(pubsub::backplane::reader& target, std::size_t max_past_events)
{
    readers_.add(target, max_past_events);
    asio::post(context_, [this] {
        if (!std::exchange(has_feed_, true)) {
            spawn(feed_link_.run());
        }
        start_reading();
    });
}

awaitable<void> node::expire_loop()
{
    asio::steady_timer timer(context_);
    auto checked = append_queue::clock::now();
    for (;;) {
        timer.expires_after(expire_interval);
        const auto waited = co_await timer.async_wait(as_expected);
        if (!waited) {
            co_return;
        }
        const auto now = append_queue::clock::now();
        appender_.expire(now);
        past_.expire(now);
        if (now - checked >= state_.options().check_interval) {
            checked = now;
            appender_.wake(); // an idle connection may lead to a server that was replaced
            past_.wake();
        }
    }
}

pubsub::backplane_stats node::stats() const
{
    auto stats = state_.stats();
    stats.pending_appends = queue_.pending();
    return stats;
}

} // namespace rill::redis::detail
