#include "harness/support/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace bench {

namespace {

volatile std::sig_atomic_t signal_received = 0;

void note_interrupt(int)
{
    signal_received = 1;
}

} // namespace

void watch_for_interrupts()
{
    struct sigaction action
    {};
    action.sa_handler = note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND); // does not set SA_RESTART, so that a signal ends a sleep
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
}

bool interrupted() noexcept
{
    return signal_received != 0;
}

} // namespace bench
