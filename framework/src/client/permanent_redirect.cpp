#include "client/permanent_redirect.hpp"

#include <rill/client/url.hpp>

#include "client/redirect.hpp"

namespace rill::client::detail {

void permanent_redirect::apply(request& r) const
{
    const auto asked = parse_url(r.url);
    if (asked && r.url == from) {
        static_cast<void>(follow_redirect(r, *asked, 308, to)); // removes credentials for another origin
        r.url = to;
    }
}

} // namespace rill::client::detail
