#include "harness/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace bench {

namespace {

volatile std::sig_atomic_t was_interrupted = 0;

void note_interrupt(int)
{
    was_interrupted = 1;
}

} // namespace

void watch_for_interrupts()
{
    struct sigaction action
    {};
    action.sa_handler = note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND); // not SA_RESTART: sleeping ends
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
}

bool interrupted() noexcept
{
    return was_interrupted != 0;
}

} // namespace bench
