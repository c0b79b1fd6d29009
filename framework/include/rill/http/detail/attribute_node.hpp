#pragma once

#include <memory>
#include <typeinfo>
#include <utility>

namespace rill::detail {

/// A value of any type that belongs to a request. Nodes are immutable. Therefore copies of a request can share them.
struct attribute_node
{
    const std::type_info& type;
    std::shared_ptr<const attribute_node> next; ///< the values that were set before
};

template <class T>
struct attribute_value : attribute_node
{
    attribute_value(T v, std::shared_ptr<const attribute_node> before)
        : attribute_node{typeid(T), std::move(before)}, value(std::move(v))
    {}

    T value;
};

} // namespace rill::detail
