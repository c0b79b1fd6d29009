#include "server/process/signal_descriptor.hpp"

#include <cerrno>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace rill {

signal_descriptor::signal_descriptor(std::span<const int> numbers)
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : numbers) {
        ::sigaddset(&set, number);
    }
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) {
        throw std::system_error(errno, std::system_category(), "descriptor for signals");
    }
    ::sigprocmask(SIG_BLOCK, &set, &previous_mask_);
}

signal_descriptor::~signal_descriptor()
{
    release();
}

int signal_descriptor::next() const noexcept
{
    signalfd_siginfo info{};
    const auto size = ::read(descriptor_, &info, sizeof info);
    return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

void signal_descriptor::release() noexcept
{
    if (const int descriptor = std::exchange(descriptor_, -1); descriptor >= 0) {
        ::close(descriptor);
        ::sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
    }
}

} // namespace rill
