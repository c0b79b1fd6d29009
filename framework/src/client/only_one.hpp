#pragma once

#include <stdexcept>

namespace rill::client::detail {

/// Marks an operation as pending until the end of the scope. Throws std::logic_error if it is already pending. Two
/// pending operations would use the same buffers.
class only_one
{
public:
    only_one(bool& pending, const char* message) : pending_(pending)
    {
        if (pending) {
            throw std::logic_error(message);
        }
        pending_ = true;
    }
    only_one(const only_one&) = delete;
    only_one& operator=(const only_one&) = delete;
    ~only_one() { pending_ = false; }

private:
    bool& pending_;
};

} // namespace rill::client::detail
