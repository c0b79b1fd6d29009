#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

/// A mistake in the routes: a bad pattern, or two routes for the same requests. Thrown while routes are added.
class route_error : public std::invalid_argument
{
public:
    using std::invalid_argument::invalid_argument;
};

/// The path of a route: `/users/{id:int}/posts/{title}`, `/files/{path...}`.
///
/// A segment is a literal or a parameter. `{name}` matches any text except the empty one, and `{name:int}` an integer
/// of 64 bits. `{name...}`, the tail, matches the rest of the path with its slashes. The rest may be empty: `/files/`
/// matches
/// `/files/{path...}`, but `/files` does not. Literals are written decoded. A slash at the end is significant.
class path_pattern
{
public:
    /// In order of priority.
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

    /// Throws route_error, naming the pattern and what is wrong with it.
    explicit path_pattern(std::string_view pattern);

    const std::string& text() const noexcept { return text_; }
    const std::vector<segment>& segments() const noexcept { return segments_; }

private:
    std::string text_;
    std::vector<segment> segments_;
};

} // namespace rill
