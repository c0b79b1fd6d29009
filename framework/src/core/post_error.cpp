#include <rill/core/detail/post_error.hpp>

#include <boost/asio/post.hpp>
#include <rill/core/detail/cancellation.hpp>

namespace rill::detail {

void complete_from_loop(asio::io_context& context, std::shared_ptr<waiter> waiting, error_code ec)
{
    asio::post(context, [waiting = std::move(waiting), ec] {
        if (*waiting) {
            waiting->complete(ec);
        }
    });
}

void cancel_posted_error(const std::weak_ptr<waiter>& waiting, asio::cancellation_type type) noexcept
{
    if (ends_operation(type) && destroys_coroutine()) {
        if (const auto pending = waiting.lock()) {
            pending->reset();
        }
    }
}

} // namespace rill::detail
