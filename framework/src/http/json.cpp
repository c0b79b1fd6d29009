#include <rill/http/json.hpp>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "http/content_coding.hpp"
#include "http/media_type.hpp"
#include "http/printable.hpp"

namespace rill {

namespace {

using boost::json::string_view;
using parse_code = boost::json::error_code;

/// Returns the double that is nearest to the number in `text`. In some releases of Boost.JSON, `parsed` is a neighbor
/// of that double.
double nearest_double(std::string_view text, double parsed) noexcept
{
    double number = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec == std::errc::result_out_of_range) {
        const bool is_tiny = std::abs(parsed) < 1;
        return is_tiny ? 0 : std::numeric_limits<double>::infinity();
    }
    return ec == std::errc() && stop == text.data() + text.size() ? number : parsed;
}

/// Builds the value. Rejects errors that Boost.JSON accepts.
class builder
{
public:
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    bool on_document_begin(parse_code&)
    {
        values_.reset();
        return true;
    }
    bool on_document_end(parse_code&) { return true; }

    bool on_object_begin(parse_code&)
    {
        objects_.push_back(names_.size());
        return true;
    }
    bool on_object_end(std::size_t size, parse_code& ec)
    {
        const auto first = names_.begin() + static_cast<std::ptrdiff_t>(objects_.back());
        std::sort(first, names_.end());
        if (const auto twice = std::adjacent_find(first, names_.end()); twice != names_.end()) {
            return refuse("the name '" + detail::printable(*twice) + "' occurs twice in one object", ec);
        }
        names_.erase(first, names_.end());
        objects_.pop_back();
        values_.push_object(size);
        return true;
    }

    bool on_array_begin(parse_code&) { return true; }
    bool on_array_end(std::size_t size, parse_code&)
    {
        values_.push_array(size);
        return true;
    }

    bool on_key_part(string_view part, std::size_t, parse_code&)
    {
        name_.append(part.data(), part.size());
        values_.push_chars(part);
        return true;
    }
    bool on_key(string_view part, std::size_t, parse_code&)
    {
        name_.append(part.data(), part.size());
        names_.push_back(std::move(name_));
        name_.clear();
        values_.push_key(part);
        return true;
    }

    bool on_string_part(string_view part, std::size_t, parse_code&)
    {
        values_.push_chars(part);
        return true;
    }
    bool on_string(string_view part, std::size_t, parse_code&)
    {
        values_.push_string(part);
        return true;
    }

    bool on_number_part(string_view part, parse_code&)
    {
        number_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, string_view, parse_code&)
    {
        number_.clear();
        values_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, string_view, parse_code&)
    {
        number_.clear();
        values_.push_uint64(number);
        return true;
    }
    bool on_double(double number, string_view part, parse_code& ec)
    {
        number_.append(part.data(), part.size());
        const auto exact = nearest_double(number_, number);
        number_.clear();
        if (!std::isfinite(exact)) {
            return refuse(too_large, ec);
        }
        values_.push_double(exact);
        return true;
    }

    bool on_bool(bool value, parse_code&)
    {
        values_.push_bool(value);
        return true;
    }
    bool on_null(parse_code&)
    {
        values_.push_null();
        return true;
    }

    bool on_comment_part(string_view, parse_code&) { return true; }
    bool on_comment(string_view, parse_code&) { return true; }

    boost::json::value release() { return values_.release(); }
    const std::string& refusal() const noexcept { return refusal_; }

    static constexpr const char* too_large = "a number is too large";

private:
    bool refuse(std::string why, parse_code& ec)
    {
        refusal_ = std::move(why);
        ec = boost::json::error::syntax;
        return false;
    }

    boost::json::value_stack values_;
    std::string name_;                 ///< the part that has been read of the name of the present member
    std::string number_;               ///< the part that has been read of the present number
    std::vector<std::string> names_;   ///< names of the members of all open objects
    std::vector<std::size_t> objects_; ///< for each open object, the index of its first name in names_
    std::string refusal_;
};

// Uses own texts, because the texts of Boost.JSON differ between releases.
std::string reason_of(const parse_code& ec, const builder& built, std::size_t at)
{
    if (!built.refusal().empty()) {
        return built.refusal();
    }
    if (ec == boost::json::error::incomplete) {
        return "it ends too early";
    }
    if (ec == boost::json::error::too_deep) {
        return "it has more than " + std::to_string(json_depth) + " levels";
    }
    if (ec == boost::json::error::exponent_overflow) {
        return builder::too_large;
    }
    return "there is an error near byte " + std::to_string(at + 1);
}

// Checks for application/json (RFC 8259, section 11) and the suffix +json (RFC 6839, section 3.1).
bool is_json(std::string_view content_type) noexcept
{
    const auto type = detail::media_type(content_type);
    constexpr std::string_view suffix = "+json";
    return iequals(type, "application/json") ||
           (type.size() > suffix.size() && iequals(type.substr(type.size() - suffix.size()), suffix));
}

} // namespace

tl::expected<boost::json::value, std::string> parse_json(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = json_depth;
    boost::json::basic_parser<builder> parser(options);
    parse_code ec;
    const auto read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read < text.size()) {
        ec = boost::json::error::extra_data;
    }
    if (ec) {
        return tl::unexpected(reason_of(ec, parser.handler(), read));
    }
    return parser.handler().release();
}

namespace detail {

tl::expected<boost::json::value, problem> parse_json_body(const request& req)
{
    if (!is_json(req.header("Content-Type").value_or(""))) {
        return tl::unexpected(problem{.status = status::unsupported_media_type,
                                      .detail = "the body must be JSON, with Content-Type: application/json",
                                      .title = {}});
    }
    if (auto refused = reject_content_coding(req)) {
        return tl::unexpected(std::move(*refused));
    }
    auto parsed = parse_json(req.body());
    if (!parsed) {
        return tl::unexpected(problem{.status = status::bad_request,
                                      .detail = "the body is not well-formed JSON: " + parsed.error(),
                                      .title = {}});
    }
    return std::move(*parsed);
}

} // namespace detail
} // namespace rill
