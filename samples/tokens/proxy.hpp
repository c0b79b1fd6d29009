#pragma once

#include <rill/client.hpp>
#include <rill/rill.hpp>
#include <string>

namespace tokens {

/// Passes POST requests on to an API that is compatible with OpenAI's, such as POST /v1/chat/completions. The tokens of
/// a response that streams pass through as they arrive. When the client disconnects, the request to the API is
/// cancelled.
///
/// The client gets the status and the body of the API's errors. If the API cannot be reached it gets 502, and 504 if
/// the API does not respond in time. If a stream fails, the response to the client ends without its last chunk.
class proxy
{
public:
    /// @param base  the base URL of the API, e.g. "http://127.0.0.1:8000/v1"
    explicit proxy(std::string base);

    /// Sends the request to the path of the API.
    rill::awaitable<tl::expected<rill::response, rill::problem>> operator()(rill::request& r,
                                                                            rill::path<"call"> call) const;

private:
    std::string base_;
    rill::client::http client_; // for all workers
};

} // namespace tokens
