#pragma once

#include <boost/test/unit_test.hpp>
#include <rill/http/extract.hpp>
#include <string>
#include <utility>

namespace extracting {

/// Returns the result of the extractor of T for a GET of this target.
template <class T>
tl::expected<T, rill::problem> take(std::string target)
{
    rill::request req(rill::verb::get, std::move(target));
    return rill::extractor<T>::extract(req);
}

/// Returns the reason why the extractor of T refuses this target with status 400.
template <class T>
std::string refusal(std::string target)
{
    const auto taken = take<T>(std::move(target));
    BOOST_REQUIRE(!taken.has_value());
    BOOST_TEST((taken.error().status == rill::status::bad_request));
    return taken.error().detail;
}

} // namespace extracting
