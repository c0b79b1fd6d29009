#include "harness/scenarios/server_stats.hpp"

#include <array>
#include <boost/json/parse.hpp>

#include "harness/client/fetch.hpp"

namespace bench {

namespace {

constexpr std::array<std::string_view, 3> reason_names{"evicted_slow", "evicted_full", "timed_out"};
constexpr std::chrono::seconds fetch_timeout{5};
constexpr int not_found = 404;

std::uint64_t number_in(const boost::json::object& counts, std::string_view name)
{
    const auto* value = counts.if_contains(name);
    return value == nullptr ? 0 : value->to_number<std::uint64_t>();
}

} // namespace

tl::expected<boost::json::object, std::string> parse_stats(const std::string& text)
{
    boost::json::error_code error;
    const auto all = boost::json::parse(text, error);
    boost::json::object result;
    if (!error && all.is_object()) {
        for (const auto name : reason_names) {
            const auto* value = all.get_object().if_contains(name);
            boost::json::error_code no_number;
            if (const auto count = value != nullptr ? value->to_number<std::uint64_t>(no_number) : 0;
                value != nullptr && !no_number)
            {
                result[name] = count;
            }
        }
    }
    if (result.empty()) {
        return tl::unexpected(std::string("the server's counters have no evicted_slow, evicted_full or timed_out"));
    }
    return result;
}

boost::json::object difference(const boost::json::object& now, const boost::json::object& before)
{
    boost::json::object result;
    for (const auto& [name, value] : now) {
        const auto count = value.to_number<std::uint64_t>();
        if (const auto old = number_in(before, name); count > old) {
            result[name] = count - old;
        }
    }
    return result;
}

std::uint64_t sum_of(const boost::json::object& counts)
{
    std::uint64_t sum = 0;
    for (const auto& [name, value] : counts) {
        sum += value.to_number<std::uint64_t>();
    }
    return sum;
}

tl::expected<void, std::string> server_stats::begin()
{
    before_ = {};
    if (!is_known()) {
        return {};
    }
    const auto answer = fetch(server_, path_, fetch_timeout);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    if (answer->status == not_found) {
        return {};
    }
    auto counts = parse_stats(answer->body);
    if (!counts) {
        return tl::unexpected(counts.error());
    }
    before_ = std::move(*counts);
    return {};
}

tl::expected<boost::json::object, std::string> server_stats::now() const
{
    if (!is_known()) {
        return boost::json::object();
    }
    const auto answer = fetch(server_, path_, fetch_timeout);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    return parse_stats(answer->body).map([this](const auto& counts) { return difference(counts, before_); });
}

} // namespace bench
