#pragma once

#include <boost/system/system_error.hpp>
#include <rill/core/error.hpp>
#include <unistd.h>

namespace rill::detail {

/// Assigns a descriptor to a descriptor object of Asio, which then owns it. On failure, closes the descriptor and
/// throws system_error. The constructors of Asio leave the descriptor open in this case.
template <class Descriptor>
void adopt(Descriptor& owner, int descriptor, const char* what)
{
    error_code ec;
    owner.assign(descriptor, ec);
    if (ec) {
        ::close(descriptor);
        throw boost::system::system_error(ec, what);
    }
}

} // namespace rill::detail
