#pragma once

#include <chrono>
#include <functional>
#include <rill/rill.hpp>
#include <string>

namespace tokens {

struct options
{
    std::chrono::milliseconds period{60}; ///< time for each word
    /// Called at the end of each generation, in the thread of the server. The default writes to standard error.
    std::function<void(const std::string&)> log{};
    std::string directory{}; ///< directory of the page; default: the directory in the source tree
    /// Base URL of an API that is compatible with OpenAI's, e.g. "http://127.0.0.1:8000/v1". The application passes
    /// POST requests to /v1/ on to this API. Empty: there is no such API.
    std::string upstream{};
};

/// Generates text and streams it word by word, like a language model: POST /v1/generate with {"prompt": "...", "words":
/// 40}. The generation stops when the client disconnects.
rill::router app(options options = {});

} // namespace tokens
