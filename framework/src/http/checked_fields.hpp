#pragma once

#include <rill/http/headers.hpp>

namespace rill::detail {

/// Adds fields that the parser has already checked: a second check would cost as much as parsing them.
struct checked_fields
{
    static void reserve(headers& fields, std::size_t count) { fields.fields_.reserve(count); }

    static void add(headers& fields, std::string_view name, std::string_view value)
    {
        fields.fields_.push_back({std::string(name), std::string(value)});
    }
};

} // namespace rill::detail
