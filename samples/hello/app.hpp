#pragma once

#include <rill/rill.hpp>

namespace hello {

rill::router app();

} // namespace hello
