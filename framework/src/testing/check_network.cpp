#include "testing/check_network.hpp"

#include <boost/asio/ip/address.hpp>
#include <stdexcept>
#include <string>

#include "http/printable.hpp"

namespace rill::testing::detail {

namespace {

void refuse(const char* option, const std::string& value, const char* allowed)
{
    throw std::invalid_argument(std::string("testing::network_options: ") + option + " = " + value + ": must be " +
                                allowed);
}

} // namespace

void check_network(const network_options& options)
{
    boost::system::error_code ec;
    boost::asio::ip::make_address(options.client_address, ec);
    if (ec) {
        refuse("client_address", "'" + rill::detail::printable(options.client_address) + "'", "an IP address");
    }
    if (options.receive_buffer == 0) {
        refuse("receive_buffer", "0", "1 or more");
    }
    if (options.send_buffer == 0) {
        refuse("send_buffer", "0", "1 or more");
    }
    if (options.max_unread_bytes == 0) {
        refuse("max_unread_bytes", "0", "1 or more");
    }
}

} // namespace rill::testing::detail
