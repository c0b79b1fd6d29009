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

/// The fields of a message, in order. Names compare without regard to case (RFC 9110, 5.1).
class headers
{
public:
    struct field
    {
        std::string name;
        std::string value;
    };

    /// The value of the first field of that name.
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return get(name).has_value(); }

    /// The values of all fields of that name, in their order. Views, until a field is changed.
    std::vector<std::string_view> values(std::string_view name) const;

    /// The same as one value, with ", " between them: what a field that is a list says, however many lines it was sent
    /// in (RFC 9110, 5.3). Not for Set-Cookie, nor for Cookie, which request::cookie() reads.
    std::optional<std::string> list(std::string_view name) const;

    /// Replaces all fields of that name. Fails with error::invalid_header, changing nothing, when the name is not a
    /// token or the value holds CR, LF, NUL or another control character (RFC 9110, 5.5), so that no header can be
    /// smuggled in.
    result<void> set(std::string_view name, std::string_view value);

    /// As set(), but keeps the fields that are there.
    result<void> add(std::string_view name, std::string_view value);

    void erase(std::string_view name);

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }

private:
    friend struct detail::checked_fields;

    std::vector<field> fields_;
};

/// ASCII comparison without regard to case.
bool iequals(std::string_view a, std::string_view b) noexcept;

} // namespace rill
