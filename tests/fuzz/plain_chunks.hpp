#pragma once

#include <string>
#include <string_view>

namespace rill_fuzz {

struct plain_body
{
    std::string text;
    std::size_t bytes = 0; ///< number of bytes that were read from the input
};

/// Decodes a chunked body that is known to be valid (RFC 9112, 7.1.3). The code is as simple as possible.
inline plain_body read_plain_chunks(std::string_view input)
{
    plain_body body;
    std::size_t at = 0;
    for (;;) {
        const auto size = std::stoull(std::string(input.substr(at)), nullptr, 16);
        at = input.find("\r\n", at) + 2;
        if (size == 0) {
            break;
        }
        body.text += input.substr(at, size);
        at += size + 2;
    }
    while (!input.substr(at).starts_with("\r\n")) { // trailers
        at = input.find("\r\n", at) + 2;
    }
    body.bytes = at + 2;
    return body;
}

} // namespace rill_fuzz
