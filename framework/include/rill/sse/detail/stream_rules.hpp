#pragma once

#include <rill/http/detail/callable_rules.hpp>
#include <rill/sse/event_stream.hpp>
#include <type_traits>

// The rules of sse::endpoint() for stream handlers. See callable_rules.hpp.
namespace rill::sse::detail {

enum class stream_mistake
{
    none,
    method_without_object,
    generic,
    not_callable,
    no_parameters,
    stream_not_first,
    request_taken,
    body_taken,
    extractor_reference,
    no_extractor,
    no_coroutine,
    foreign_coroutine,
    returns_value,
};

template <class Result>
consteval stream_mistake find_result_mistake()
{
    using enum stream_mistake;
    if constexpr (std::is_same_v<Result, awaitable<>>) {
        return none;
    } else if constexpr (rill::detail::awaited<Result>::is_awaitable) {
        return returns_value;
    } else {
        return rill::detail::foreign_task<Result> ? foreign_coroutine : no_coroutine;
    }
}

template <class F>
consteval stream_mistake find_stream_mistake()
{
    using enum stream_mistake;
    using namespace rill::detail;
    if constexpr (std::is_member_function_pointer_v<F>) {
        return method_without_object;
    } else if constexpr (!has_signature<F>) {
        return is_function_object<F> ? generic : not_callable;
    } else if constexpr (signature_of<F>::arguments::size == 0) {
        return no_parameters;
    } else {
        using first = typename rest<typename signature_of<F>::arguments>::first;
        using others = typename rest<typename signature_of<F>::arguments>::type;
        if constexpr (!std::is_same_v<first, event_stream&>) {
            return stream_not_first;
        } else if constexpr (any_request(others{})) {
            return request_taken;
        } else if constexpr (body_readers(others{}) != 0) {
            return body_taken;
        } else if constexpr (any_reference(others{})) {
            return extractor_reference;
        } else if constexpr (!all_extractable(others{})) {
            return no_extractor;
        } else {
            return find_result_mistake<typename signature_of<F>::result>();
        }
    }
}

template <stream_mistake Found>
struct checked_stream
{
    static_assert(Found != stream_mistake::method_without_object,
                  "a member function needs its object: rill::sse::endpoint(&type::method, object)");
    static_assert(Found != stream_mistake::generic,
                  "rill reads what a stream handler takes from its parameter types, so it cannot be a generic lambda "
                  "(auto parameters) or have several call operators: write the types");
    static_assert(Found != stream_mistake::not_callable,
                  "a stream handler must be a function, a lambda or a function object (for a rill::pubsub::channel or "
                  "hub: #include <rill/pubsub.hpp>)");
    static_assert(Found != stream_mistake::no_parameters,
                  "a stream handler takes the stream: its first parameter is rill::sse::event_stream&");
    static_assert(Found != stream_mistake::stream_not_first,
                  "the first parameter of a stream handler is rill::sse::event_stream&, not const and not a copy; "
                  "extractors follow");
    static_assert(Found != stream_mistake::request_taken,
                  "a stream handler cannot take the request, which is destroyed before the stream begins: take what it "
                  "needs by value, as in rill::query<\"name\"> or rill::header<\"Accept\">");
    static_assert(Found != stream_mistake::body_taken,
                  "a stream handler cannot take rill::body_reader, because its request is destroyed before the stream "
                  "begins: read the body in a plain handler, which may return the answer of an endpoint, or take the "
                  "whole body");
    static_assert(
        Found != stream_mistake::extractor_reference,
        "a stream handler takes extractors by value, as in rill::query<\"name\"> q: the object of a reference "
        "is destroyed before the stream begins");
    static_assert(Found != stream_mistake::no_extractor,
                  "the parameters after the stream must be extractors that say where the value comes from, such as "
                  "rill::query<\"name\"> or rill::path<\"id\", int>, or types with an rill::extractor");
    static_assert(Found != stream_mistake::no_coroutine,
                  "a stream handler is a coroutine: it returns rill::awaitable<>");
    static_assert(Found != stream_mistake::foreign_coroutine,
                  "a stream handler returns rill::awaitable<>, not the coroutine type of another library");
    static_assert(Found != stream_mistake::returns_value,
                  "a stream handler returns rill::awaitable<> without a value: a stream that has begun cannot send it");
    static constexpr bool ok = Found == stream_mistake::none;
};

} // namespace rill::sse::detail
