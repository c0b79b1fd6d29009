#include "server/process/system_failure.hpp"

#include <boost/system/system_error.hpp>
#include <new>
#include <system_error>
#include <utility>

namespace rill {

failure system_failure(int number, std::string where)
{
    return {error_code(number, boost::system::system_category()), std::move(where)};
}

failure failure_from(const std::exception_ptr& error, std::string where)
{
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return {e.code(), std::move(where)};
    } catch (const std::system_error& e) {
        return {error_code(e.code()), std::move(where)};
    } catch (const std::bad_alloc&) {
        return {make_error_code(boost::system::errc::not_enough_memory), std::move(where)};
    }
}

} // namespace rill
