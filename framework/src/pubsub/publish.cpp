#include "pubsub/publish.hpp"

#include <boost/asio/this_coro.hpp>
#include <rill/core/detail/context_of.hpp>
#include <utility>

#include "pubsub/acknowledgment.hpp"

namespace rill::pubsub::detail {

namespace {

// The coroutine holds the store. Otherwise the log could be destroyed while the coroutine waits.
awaitable<result<log_id>> outcome_of([[maybe_unused]] std::shared_ptr<topic_store> store,
                                     std::shared_ptr<acknowledgment> append)
{
    if (!append->outcome()) {
        const auto executor = co_await boost::asio::this_coro::executor;
        co_await append->wait(rill::detail::context_of(executor));
    }
    co_return std::move(*append->outcome());
}

} // namespace

result<log_id> publish(topic_store& store, std::string_view topic, const sse::event& e, const publish_options& options,
                       backplane::appended done)
{
    if (store.kinds().is_too_large(topic, e)) {
        return tl::unexpected(make_error_code(error::message_too_large));
    }
    auto draft = event_draft::make(e, topic, options.key);
    if (!draft) {
        return tl::unexpected(draft.error());
    }
    if (!store.make_room(topic)) {
        return tl::unexpected(make_error_code(error::too_many_topics));
    }
    return store.plane().append(std::move(*draft), {.idempotency_key = options.idempotency_key}, std::move(done));
}

awaitable<result<log_id>> publish_acknowledged(std::shared_ptr<topic_store> store, std::string_view topic,
                                               const sse::event& e, const publish_options& options)
{
    const auto append = std::make_shared<acknowledgment>();
    auto done = append->callback();
    const auto known = publish(*store, topic, e, options, done);
    if (!known || !known->empty()) {
        append->set(known);
    }
    return outcome_of(std::move(store), append);
}

awaitable<result<log_id>> refused_publish(error_code why)
{
    co_return tl::unexpected(why);
}

} // namespace rill::pubsub::detail
