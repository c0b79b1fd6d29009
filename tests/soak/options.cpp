#include "soak/options.hpp"

#include <cstdlib>
#include <string>

#include "soak/server_line.hpp"

namespace rill_soak {

options parse(int argc, char** argv)
{
    options o;
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        if (i + 1 == argc) {
            fail("no value for " + name);
        }
        const char* value = argv[i + 1];
        if (name == "--streams") {
            o.streams = static_cast<std::size_t>(std::atoi(value));
        } else if (name == "--seconds") {
            o.seconds = std::atoi(value);
        } else if (name == "--port") {
            o.port = static_cast<std::uint16_t>(std::atoi(value));
        } else if (name == "--seed") {
            o.seed = static_cast<unsigned>(std::atoi(value));
        } else if (name == "--every") {
            o.every = std::atoi(value);
        } else {
            fail("no option " + name);
        }
    }
    return o;
}

} // namespace rill_soak
