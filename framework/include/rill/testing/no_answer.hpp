#pragma once

#include <stdexcept>

namespace rill::testing {

/// An event or a response has not arrived. The message contains what the kit waited for and the state of the
/// connection.
class no_answer : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace rill::testing
