#pragma once

#include <rill/http/headers.hpp>

namespace rill::detail {

/// Adds fields that the parser has already checked. A second check would take as long as parsing.
struct checked_fields
{
    static void reserve(headers& fields, std::size_t count) { fields.fields_.reserve(count); }

    static void add(headers& fields, std::string_view name, std::string_view value)
    {
        fields.fields_.push_back({std::string(name), std::string(value)});
    }
};

} // namespace rill::detail
