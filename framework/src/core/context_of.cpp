#include <rill/core/detail/context_of.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/error.hpp>
#include <rill/core/timer_service.hpp>

namespace rill::detail {

namespace {

template <unsigned Bits>
asio::io_context* find_context_with(const asio::any_io_executor& ex) noexcept
{
    using type = asio::io_context::basic_executor_type<std::allocator<void>, Bits>;
    const auto* target = ex.target<type>();
    return target != nullptr ? &target->context() : nullptr;
}

// The type of an execution_context is not known at run time. Only an io_context has a timer_service, so the cast is
// safe.
asio::io_context* find_context_by_service(const asio::any_io_executor& ex)
{
    auto& context = asio::query(ex, asio::execution::context);
    return timer_service::exists(context) ? &static_cast<asio::io_context&>(context) : nullptr;
}

} // namespace

asio::io_context* find_context(const asio::any_io_executor& ex) noexcept
{
    if (auto* context = find_context_with<0>(ex)) {
        return context;
    }
    if (!ex) {
        return nullptr;
    }
    // asio::require() and asio::prefer() set these bits: 1 is blocking.never, 4 is outstanding_work.tracked.
    for (const auto find : {&find_context_with<1>, &find_context_with<4>, &find_context_with<5>}) {
        if (auto* context = find(ex)) {
            return context;
        }
    }
    return find_context_by_service(ex);
}

asio::io_context& context_of(const asio::any_io_executor& ex)
{
    if (auto* context = find_context(ex)) {
        return *context;
    }
    throw boost::system::system_error(make_error_code(error::foreign_executor));
}

} // namespace rill::detail
