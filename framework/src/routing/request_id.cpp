#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <cstdint>
#include <random>

namespace rill::middleware {

namespace {

constexpr std::string_view field = "X-Request-Id";

bool is_usable(std::string_view id) noexcept
{
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.';
    };
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
}

// Returns an ID that distinguishes requests. The ID is not a secret. Therefore the generator needs no cryptographic
// strength.
std::string random_id()
{
    thread_local std::mt19937_64 random = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    for (int half = 0; half < 2; ++half) {
        auto bits = random();
        for (int i = 0; i < 16; ++i) {
            id += digits[bits % 16];
            bits /= 16;
        }
    }
    return id;
}

awaitable<response> identified(request& req, const handler& next)
{
    std::string id(req.header(field).value_or(""));
    if (!is_usable(id)) {
        id = random_id();
        (void)req.fields().set(field, id); // all characters are valid, so this cannot fail
    }
    (void)req.answer_fields().set(field, id);
    auto r = co_await next(req);
    r.set_header(field, id);
    co_return r;
}

} // namespace

middleware_function request_id()
{
    return identified;
}

} // namespace rill::middleware
