#pragma once

#include "server/fixture.hpp"

#include "server/notify_inbox.hpp"

namespace rill_test {

/// Where a service reports to.
struct manager
{
    rill::notify_inbox inbox;

    /// The next report; fails the test if there is none within half a minute.
    rill::notify_inbox::report next() const
    {
        rill::notify_inbox::report r;
        BOOST_REQUIRE(eventually([&] {
            r = inbox.next();
            return r.sender > 0;
        }));
        return r;
    }
};

} // namespace rill_test
