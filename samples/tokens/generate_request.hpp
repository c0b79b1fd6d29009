#pragma once

#include <boost/describe/class.hpp>
#include <rill/http/extract.hpp>
#include <string>

namespace tokens {

/// The body of POST /v1/generate: {"prompt": "...", "words": 40}. "words" is optional.
struct generate_request
{
    std::string prompt;
    rill::bounded<int, 1, 2000> words{40};
};
BOOST_DESCRIBE_STRUCT(generate_request, (), (prompt, words))

} // namespace tokens
