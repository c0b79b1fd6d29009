#include <rill/routing/middleware.hpp>

#include <memory>
#include <utility>

namespace rill::middleware {

namespace {

awaitable<response> with_client(std::shared_ptr<const trusted_proxies> trusted, request& req, const handler& next)
{
    req.set_remote_address(client_address(req, *trusted));
    co_return co_await next(req);
}

} // namespace

middleware_function forwarded(trusted_proxies trusted)
{
    return [shared = std::make_shared<const trusted_proxies>(std::move(trusted))](request& req, const handler& next) {
        return with_client(shared, req, next);
    };
}

} // namespace rill::middleware
