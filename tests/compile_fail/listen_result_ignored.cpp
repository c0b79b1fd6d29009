// expect: the failure says why it does not listen
#include "everything.hpp"

int starts(rill::server& server)
{
#ifdef RILL_FIXED
    if (!server.listen()) {
        return 1;
    }
#else
    server.listen();
#endif
    server.run();
    return 0;
}
