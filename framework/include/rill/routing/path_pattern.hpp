#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// A mistake in the routes, such as an invalid pattern or two routes for the same requests. It is thrown when routes
/// are added, or by router::check_routes().
class route_error : public std::invalid_argument
{
public:
    using std::invalid_argument::invalid_argument;
};

/// The path of a route: `/users/{id:int}/posts/{title}`, `/files/{path...}`.
///
/// A segment is a literal or a parameter. `{name}` matches any text except empty text. `{name:int}` matches a 64-bit
/// integer. `{name...}`, the tail, matches the rest of the path, including slashes. The rest may be empty:
/// `/files/{path...}` matches `/files/`, but not `/files`. Write literals decoded. A slash at the end is significant.
class path_pattern
{
public:
    /// In the order of their priority, highest first.
    enum class kind : unsigned char
    {
        literal,
        integer,
        text,
        tail
    };

    struct segment
    {
        path_pattern::kind kind;
        std::string text; ///< the literal, or the parameter's name

        bool operator==(const segment&) const = default;
    };

    /// Throws route_error. The message contains the pattern and the mistake.
    explicit path_pattern(std::string_view pattern);

    const std::string& text() const noexcept { return text_; }
    const std::vector<segment>& segments() const noexcept { return segments_; }

private:
    std::string text_;
    std::vector<segment> segments_;
};

} // namespace rill
