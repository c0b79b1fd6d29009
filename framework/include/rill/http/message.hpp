#pragma once

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

namespace rill {

// Beast's names for HTTP's own terms are used as they are.
using boost::beast::http::status;
using boost::beast::http::verb;

} // namespace rill
