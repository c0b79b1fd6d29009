// expect: false: the task was destroyed and never started
#include "everything.hpp"

rill::awaitable<> follows();

void starts(rill::task_group& group)
{
#ifdef RILL_FIXED
    if (!group.spawn(follows())) {
        group.cancel();
    }
#else
    group.spawn(follows());
#endif
}
