#include <rill/routing/middleware.hpp>

#include <optional>
#include <rill/core/interval.hpp>
#include <rill/core/task_group.hpp>
#include <rill/http/problem.hpp>

namespace rill::middleware {

namespace {

struct expired
{};

awaitable<> expire(std::chrono::steady_clock::duration limit)
{
    co_await sleep_for(limit);
    throw expired();
}

response too_late()
{
    return to_response(
        problem{.status = status::service_unavailable, .detail = "the server took too long to answer", .title = {}});
}

// The handler is the body of a task group. The group has one task, which cancels the handler after the limit. If the
// handler ignores its cancellation, the group destroys the handler. Therefore the handler cannot delay the response.
awaitable<response> limited(std::chrono::steady_clock::duration limit, request& req, const handler& next)
{
    std::optional<response> answer;
    bool late = false;
    try {
        co_await with_task_group([&](task_group& group) -> awaitable<> {
            static_cast<void>(group.spawn(expire(limit))); // cannot fail, because a group accepts its first task
            answer = co_await next(req);
            group.cancel();
        });
    } catch (const expired&) {
        late = true;
    }
    if (late) {
        co_return too_late();
    }
    co_return std::move(*answer);
}

} // namespace

middleware_function timeout(std::chrono::steady_clock::duration limit)
{
    return [limit](request& req, const handler& next) { return limited(limit, req, next); };
}

} // namespace rill::middleware
