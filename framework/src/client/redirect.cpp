#include "client/redirect.hpp"

#include <algorithm>
#include <array>
#include <rill/client/error.hpp>

namespace rill::client::detail {

namespace {

constexpr std::array<unsigned, 5> followed{301, 302, 303, 307, 308};

void become_get(request& r)
{
    r.method = verb::get;
    r.body.clear();
    r.stream_body = nullptr;
    for (const auto* name : {"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"}) {
        r.headers.erase(name);
    }
}

} // namespace

bool is_redirect(unsigned status) noexcept
{
    return std::ranges::find(followed, status) != followed.end();
}

result<url> follow_redirect(request& r, const url& from, unsigned status, std::string_view location)
{
    auto to = location.empty() ? tl::unexpected(make_error_code(errc::invalid_redirect)) : resolve_url(from, location);
    if (!to) {
        const bool scheme = to.error() == errc::unsupported_scheme;
        return tl::unexpected(make_error_code(scheme ? errc::unsupported_scheme : errc::invalid_redirect));
    }
    const bool posted = (status == 301 || status == 302) && r.method == verb::post;
    if (posted || (status == 303 && r.method != verb::get && r.method != verb::head)) {
        become_get(r);
    }
    if (to->origin() != from.origin()) {
        for (const auto* name : {"Authorization", "Cookie", "Proxy-Authorization"}) {
            r.headers.erase(name);
        }
        r.headers.erase("Host");
    }
    return to;
}

} // namespace rill::client::detail
