// expect: false: the worker has ended, and the message was destroyed
#include "everything.hpp"

#include <rill/core/mailbox.hpp>

bool answers(const rill::mailbox::address& worker)
{
#ifdef RILL_FIXED
    return worker.post([] {});
#else
    worker.post([] {});
    return true;
#endif
}
