#include "harness/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace bench {

namespace {

volatile std::sig_atomic_t signal_came = 0;

void note_interrupt(int)
{
    signal_came = 1;
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
    return signal_came != 0;
}

} // namespace bench
