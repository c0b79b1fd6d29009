#pragma once

#include <exception>
#include <utility>

namespace rill::detail {

/// For calling one piece of somebody else's code after another, where none may keep the next from its turn: the first
/// exception is kept, and thrown once all have run.
class first_failure
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
