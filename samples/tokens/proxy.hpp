#pragma once

#include <rill/client.hpp>
#include <rill/rill.hpp>
#include <string>

namespace tokens {

/// Passes POST requests on to an API that is compatible with OpenAI's, such as POST /v1/chat/completions. If the
/// response is a stream, the proxy sends each token when it arrives. When the client disconnects, the proxy cancels the
/// request to the API.
///
/// If the API responds with an error, the client gets its status and body. A 405 without the field Allow is invalid.
/// The client then gets 502. If the proxy cannot connect to the API, the client gets 502. If the API does not respond
/// in time, the client gets 504. If a stream fails, the response to the client ends without its last chunk.
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
    rill::client::http client_; // all workers share it
};

} // namespace tokens
