#pragma once

#include <optional>
#include <rill/http/problem.hpp>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace rill::detail {

/// Returns the first field with this name in the request's form. Errors: see read_form_fields() in rill/http/form.hpp.
tl::expected<std::optional<std::string>, problem> find_form_field(const request& req, std::string_view name);

} // namespace rill::detail
