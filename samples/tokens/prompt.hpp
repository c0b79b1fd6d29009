#pragma once

#include <boost/json/value_to.hpp>
#include <string>

namespace tokens {

/// The body of POST /v1/generate.
struct prompt
{
    static constexpr int max_words = 2000;

    std::string text;
    int words = 40; ///< 1 to max_words
};

/// From {"prompt": "...", "words": 40}, where "words" may be absent. Other members are ignored.
boost::json::result<prompt> tag_invoke(boost::json::try_value_to_tag<prompt>, const boost::json::value& body);

} // namespace tokens
