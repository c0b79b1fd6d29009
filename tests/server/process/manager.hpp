#pragma once

#include "server/fixture.hpp"

#include "server/process/notify_socket.hpp"

namespace rill_test {

/// Where a service reports to.
struct manager
{
    rill::notify_socket inbox;

    /// The next report; fails the test if there is none within half a minute.
    rill::notify_socket::report next() const
    {
        rill::notify_socket::report r;
        BOOST_REQUIRE(eventually([&] {
            r = inbox.next();
            return r.sender > 0;
        }));
        return r;
    }
};

} // namespace rill_test
