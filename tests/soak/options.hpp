#pragma once

#include <cstddef>
#include <cstdint>

namespace rill_soak {

struct options
{
    std::size_t streams = 5000;
    int seconds = 600;
    std::uint16_t port = 23100;
    unsigned seed = 1;
    int every = 45;
    double rate = 5; ///< events per second
};

/// Ends the program if an option is unknown.
options parse(int argc, char** argv);

} // namespace rill_soak
