#include "tokens/prompt.hpp"

namespace tokens {

namespace json = boost::json;

json::result<prompt> tag_invoke(json::try_value_to_tag<prompt>, const json::value& body)
{
    const auto* members = body.if_object();
    if (members == nullptr) {
        return json::error::not_object;
    }
    const auto* text = members->if_contains("prompt");
    if (text == nullptr || !text->is_string()) {
        return json::error::not_string;
    }
    prompt result{.text = json::value_to<std::string>(*text)};
    if (const auto* words = members->if_contains("words")) {
        const auto number = json::try_value_to<int>(*words);
        if (!number) {
            return number.error();
        }
        if (*number < 1 || *number > prompt::max_words) {
            return make_error_code(boost::system::errc::result_out_of_range);
        }
        result.words = *number;
    }
    return result;
}

} // namespace tokens
