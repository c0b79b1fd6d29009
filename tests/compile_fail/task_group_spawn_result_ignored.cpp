// expect: false: the task was destroyed without having begun
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
