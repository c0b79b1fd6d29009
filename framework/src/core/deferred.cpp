#include <rill/core/detail/deferred.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace rill::detail {

std::exception_ptr exception_of(error_code ec)
{
    const auto make = [](const error_code& why) { return std::make_exception_ptr(boost::system::system_error(why)); };
    if (ec == boost::asio::error::operation_aborted) {
        static thread_local const auto aborted = make(ec);
        return aborted;
    }
    return make(ec);
}

} // namespace rill::detail
