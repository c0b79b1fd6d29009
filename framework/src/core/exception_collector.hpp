#pragma once

#include <exception>
#include <utility>

namespace rill::detail {

/// Runs several functions of the application, one after another. If one of them throws, the others still run. The first
/// exception is stored. The caller rethrows it after all functions have run.
class exception_collector
{
public:
    template <class F>
    void run(F&& f) noexcept
    {
        try {
            std::forward<F>(f)();
        } catch (...) {
            if (!error_) {
                error_ = std::current_exception();
            }
        }
    }

    void rethrow()
    {
        if (error_) {
            std::rethrow_exception(std::exchange(error_, nullptr));
        }
    }

private:
    std::exception_ptr error_;
};

} // namespace rill::detail
