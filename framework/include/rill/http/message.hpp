#pragma once

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

namespace rill {

// rill uses Beast's enumerations of the status codes and methods of HTTP.
using boost::beast::http::status;
using boost::beast::http::verb;

} // namespace rill
