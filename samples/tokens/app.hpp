#pragma once

#include <chrono>
#include <functional>
#include <rill/rill.hpp>
#include <string>

namespace tokens {

struct options
{
    std::chrono::milliseconds period{60}; ///< one word each
    /// Told how every generation has ended, in the server's thread; standard error by default.
    std::function<void(const std::string&)> log{};
    std::string directory{}; ///< where the page is; the source tree's by default
};

/// Text that is streamed while it is generated, as language models are served: POST /v1/generate with
/// {"prompt": "...", "words": 40}. It is generated only as long as somebody listens.
rill::router app(options options = {});

} // namespace tokens
