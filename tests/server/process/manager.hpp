#pragma once

#include "server/fixture.hpp"

#include "server/process/notify_socket.hpp"

namespace rill_test {

/// Receives the reports of a service, as a service manager does.
struct manager
{
    rill::notify_socket inbox;

    /// Returns the next report. Fails the test if none arrives within half a minute.
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
