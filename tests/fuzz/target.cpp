// Request targets, authorities and percent-encoding. The first byte of the input selects the method.

#include <rill/http/request.hpp>

#include "fuzz.hpp"
#include "http/percent.hpp"
#include "transport/request_target.hpp"

namespace {

using namespace rill_fuzz;
using form = rill::transport::request_target::form;

bool is_hex(char c)
{
    return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos;
}

// Implements the rules of request_target.hpp for paths and queries.
bool is_path_and_query(std::string_view text)
{
    const auto query = std::min(text.find('?'), text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c <= ' ' || c >= 0x7F || std::string_view("\"<>#").find(c) != std::string_view::npos ||
            (c == '\\' && i < query) ||
            (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))))
        {
            return false;
        }
    }
    return true;
}

void check_target(const std::string& text, rill::verb method)
{
    const auto target = rill::transport::parse_target(text, method);
    if (text.starts_with('/') && method != rill::verb::connect) {
        require((target.kind == form::origin) == is_path_and_query(text),
                "the parser accepts exactly the valid origin forms");
    }
    switch (target.kind) {
    case form::invalid:
    case form::authority:
        return;
    case form::origin:
        require(target.rest == text, "the origin form is the whole target");
        break;
    case form::absolute:
        require(lower_case(text).starts_with(target.https ? "https://" : "http://") && is_path_and_query(target.rest) &&
                    text.substr(target.https ? 8 : 7) == std::string(target.authority) + std::string(target.rest),
                "the absolute form is a scheme, an authority and the rest");
        break;
    case form::asterisk:
        require(text == "*" && method == rill::verb::options, "* is for OPTIONS");
        break;
    }
    const auto normal = target.normalized(method);
    const auto again = rill::transport::parse_target(normal, method);
    require(again.kind == (normal == "*" ? form::asterisk : form::origin) && again.normalized(method) == normal,
            "a normalized target does not change");
    require(rill::percent_decode(normal.substr(0, normal.find('?'))).has_value(), "a valid path can be decoded");
}

// A valid authority must contain no character that could belong to another part of a URL.
void check_authority(const std::string& text)
{
    if (!rill::transport::is_authority(text)) {
        return;
    }
    require(!text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; }) &&
                text.find_first_of("/?#@,\\\"<>{}|^`") == text.npos,
            "an authority holds no delimiter");
    const auto bracket = text.starts_with('[') ? text.find(']') : 0;
    require(bracket != text.npos && text.find_first_of("[]", bracket + 1) == text.npos,
            "brackets are around a literal");
    const auto colon = text.find(':', bracket);
    if (colon != text.npos) {
        const auto port = text.substr(colon + 1);
        require(colon != 0 && port.find_first_not_of("0123456789") == port.npos, "a port is a number");
        require(port.empty() || std::stold(port) <= 65'535, "a port is at most 65535");
    }
}

void check_percent(const std::string& text, std::uint8_t seed)
{
    const auto encoded = percent_encode(text, seed);
    require(rill::percent_decode(encoded) == text, "decode(encode(x)) is x");
    require(rill::form_decode(encoded) == text, "decode(encode(x)) is x in a form, too");
    const rill::request r(rill::verb::get, "/a?x=1&" + encoded + "=2&k=" + encoded + "&k=other");
    if (text != "x" && text != "k") {
        require(r.query_parameter(text) == "2", "an encoded name is found");
    }
    require(r.query_parameter("k") == (text == "k" ? "2" : text), "an encoded value is given back");
    const auto decoded = rill::percent_decode(text);
    std::string wanted;
    bool valid = true;
    for (std::size_t i = 0; i < text.size() && valid; ++i) {
        valid = text[i] != '%' || (i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]));
        if (valid && text[i] == '%') {
            wanted += static_cast<char>(std::stoul(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            wanted += text[i];
        }
    }
    require(decoded.has_value() == valid && (!valid || *decoded == wanted),
            "%XX is one byte, and all else stands for itself");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto seed = in.byte();
    constexpr rill::verb methods[] = {rill::verb::get, rill::verb::options, rill::verb::connect, rill::verb::post};
    const auto text = in.rest();
    check_target(text, methods[seed % 4]);
    check_authority(text);
    check_percent(text, seed);
    return 0;
}
