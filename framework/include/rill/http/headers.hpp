#pragma once

#include <optional>
#include <rill/core/error.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill {

namespace detail {
struct checked_fields;
}

/// The header fields of a message, in their order. Names are case-insensitive (RFC 9110, section 5.1).
class headers
{
public:
    struct field
    {
        std::string name;
        std::string value;
    };

    /// Returns the value of the first field with this name.
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return get(name).has_value(); }

    /// Returns the values of all fields with this name, in their order. The views are valid until a field is changed.
    std::vector<std::string_view> values(std::string_view name) const;

    /// Returns the values of all fields with this name as one list, joined by ", " (RFC 9110, section 5.3). Not for
    /// Set-Cookie. For Cookie, use request::cookie().
    std::optional<std::string> list(std::string_view name) const;

    /// Replaces all fields with this name. Errors: error::invalid_header, and nothing changes, if the name is not a
    /// token or the value contains CR, LF, NUL or another control character except a tab (RFC 9110, section 5.5).
    /// This check prevents header injection.
    result<void> set(std::string_view name, std::string_view value);

    /// The same as set(), but keeps the existing fields.
    result<void> add(std::string_view name, std::string_view value);

    void erase(std::string_view name);

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }

private:
    friend struct detail::checked_fields;

    std::vector<field> fields_;
};

/// Compares ASCII text case-insensitively.
bool iequals(std::string_view a, std::string_view b) noexcept;

} // namespace rill
