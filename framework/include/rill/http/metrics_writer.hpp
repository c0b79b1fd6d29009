#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill {

/// Writes metrics in the text exposition format of Prometheus, version 0.0.4.
///
/// Samples with the same name form one family. Families are in the order of their first samples, so several sources may
/// write to one page. Names must match [a-zA-Z_:][a-zA-Z0-9_:]*, and label names the same without colons. Other names
/// throw std::invalid_argument. Label values and help may be any text and are escaped.
class metrics_writer
{
public:
    using label = std::pair<std::string_view, std::string_view>;
    using labels = std::initializer_list<label>;

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// Adds a value that only grows. By convention its name ends in `_total` and has the unit, e.g. `_seconds` or
    /// `_bytes`.
    void counter(std::string_view name, std::string_view help, double value, labels about = {});

    /// Adds a value that may rise and fall.
    void gauge(std::string_view name, std::string_view help, double value, labels about = {});

    /// Adds the number of observations for each bucket.
    /// @param bounds  upper bounds, ascending, inclusive
    /// @param counts  observations of each single bucket, not accumulated. It has one element more than `bounds`, for
    ///                observations above all bounds.
    /// @param sum     sum of all observed values
    void histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                   std::span<const std::uint64_t> counts, double sum, labels about = {});

    std::string text() const;

private:
    struct family
    {
        std::string name;
        std::string head;
        std::string_view type;
        std::string samples;
    };

    family& at(std::string_view name, std::string_view help, std::string_view type);
    static void sample(family& f, std::string_view suffix, labels about, std::string_view bound, double value);

    std::vector<family> families_;
};

} // namespace rill
