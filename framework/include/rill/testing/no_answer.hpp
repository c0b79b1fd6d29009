#pragma once

#include <stdexcept>

namespace rill::testing {

/// An event or a response does not come. The message says what the kit waited for, and what the connection did.
class no_answer : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace rill::testing
