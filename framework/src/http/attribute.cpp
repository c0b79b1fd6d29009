#include <rill/http/attribute.hpp>

#include <boost/core/demangle.hpp>
#include <stdexcept>
#include <string>

namespace rill::detail {

void throw_missing_attribute(const std::type_info& type)
{
    const auto name = boost::core::demangle(type.name());
    throw std::logic_error("the handler takes rill::attribute<" + name +
                           ">, but no middleware of its route has called request::set_attribute() with one");
}

} // namespace rill::detail
