#include "transport/accept_pauses.hpp"

namespace rill::transport {

void accept_pauses::end_all()
{
    for (auto* pause : pauses_) {
        if (pause->linked()) {
            timer_service::remove(*pause);
            timers_.add(*pause, timers_.now());
        }
    }
}

} // namespace rill::transport
