#pragma once

#include <functional>
#include <rill/http/detail/signature.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// A function object that calls a member function on an object. It has one call operator with the parameters of that
/// function.
template <class Method, class Object, class Result, class Arguments>
class bound_method;

template <class Method, class Object, class Result, class... Args>
class bound_method<Method, Object, Result, type_list<Args...>>
{
public:
    bound_method(Method method, Object object) : method_(method), object_(std::move(object)) {}

    Result operator()(Args... args) const { return std::invoke(method_, object_, std::forward<Args>(args)...); }

private:
    Method method_;
    Object object_;
};

template <class Method>
struct class_of;
template <class Function, class Class>
struct class_of<Function Class::*>
{
    using type = Class;
};

template <class Method, class Object>
inline constexpr bool is_own_object = std::is_base_of_v<typename class_of<Method>::type, std::remove_cvref_t<Object>>;

/// The type that a handler stores for `object`: a reference to an object, or a copy of a pointer or smart pointer.
template <class Method, class Object>
using kept_object = std::conditional_t<is_own_object<Method, Object>,
                                       std::reference_wrapper<std::remove_reference_t<Object>>, std::decay_t<Object>>;

template <class Method, class Object, class... Args>
constexpr bool is_callable_on(type_list<Args...>)
{
    return std::is_invocable_v<const Method&, const kept_object<Method, Object>&, Args...>;
}

enum class object_mistake
{
    none,
    temporary,
    not_callable,
};

template <class Method, class Object>
consteval object_mistake find_object_mistake()
{
    if constexpr (is_own_object<Method, Object> && !std::is_lvalue_reference_v<Object>) {
        return object_mistake::temporary;
    } else if constexpr (!is_callable_on<Method, Object>(typename signature_of<Method>::arguments{})) {
        return object_mistake::not_callable;
    } else {
        return object_mistake::none;
    }
}

template <object_mistake Found>
struct checked_object
{
    static_assert(Found != object_mistake::temporary,
                  "the handler refers to the object of a member function, and this one is a temporary: pass an object "
                  "that outlives the server, or a std::shared_ptr, which is copied");
    static_assert(Found != object_mistake::not_callable,
                  "the member function cannot be called on this object: pass an object of its class, or a pointer to "
                  "one, that is not const unless the function is");
    static constexpr bool ok = Found == object_mistake::none;
};

template <class Method, class Object>
auto bind_method(Method method, Object&& object)
{
    using signature = signature_of<Method>;
    using kept = kept_object<Method, Object&&>;
    return bound_method<Method, kept, typename signature::result, typename signature::arguments>(
        method, kept(std::forward<Object>(object)));
}

} // namespace rill::detail
