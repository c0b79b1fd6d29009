#pragma once

#include <chrono>
#include <functional>
#include <rill/rill.hpp>
#include <string>

namespace tokens {

struct options
{
    std::chrono::milliseconds period{60}; ///< time per word
    /// Called at the end of each generation, in the thread of the server. Default: writes to standard error.
    std::function<void(const std::string&)> log{};
    std::string directory{}; ///< directory of the page; default: in the source tree
};

/// Text that is streamed while it is generated, as by a language model: POST /v1/generate with
/// {"prompt": "...", "words": 40}. The generation stops when the client disconnects.
rill::router app(options options = {});

} // namespace tokens
