#include <rill/http/detail/json_read.hpp>

#include <algorithm>
#include <span>

namespace rill::detail {

const boost::json::array* read_array(const boost::json::value& v, read_error& error)
{
    if (!v.is_array()) {
        fail(error, "must be an array");
    }
    return v.if_array();
}

const boost::json::array* read_array(const boost::json::value& v, std::size_t size, read_error& error)
{
    const auto* const elements = v.if_array();
    if (elements != nullptr && elements->size() == size) {
        return elements;
    }
    fail(error, "must be an array of " + std::to_string(size) + (size == 1 ? " element" : " elements"));
    return nullptr;
}

const boost::json::object* read_object(const boost::json::value& v, read_error& error)
{
    if (!v.is_object()) {
        fail(error, "must be an object");
    }
    return v.if_object();
}

bool read_only_known(const boost::json::object& members, const std::string_view* names, std::size_t count,
                     read_error& error)
{
    const std::span known(names, count);
    for (const auto& member : members) {
        const std::string_view name = member.key();
        if (std::ranges::find(known, name) == known.end()) {
            fail(error, "is not known");
            return step_back(error, name);
        }
    }
    return true;
}

} // namespace rill::detail
