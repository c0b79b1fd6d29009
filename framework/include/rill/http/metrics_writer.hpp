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
/// Samples with the same name form one family. Families are in the order of their first samples. Therefore several
/// sources may write to one page. Names must match [a-zA-Z_:][a-zA-Z0-9_:]*, and label names must match
/// [a-zA-Z_][a-zA-Z0-9_]*. Other names throw std::invalid_argument. Label values and help may be any text. They are
/// escaped.
class metrics_writer
{
public:
    using label = std::pair<std::string_view, std::string_view>;
    using labels = std::initializer_list<label>;

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// Adds a value that only increases. By convention, its name contains the unit, e.g. `_seconds` or `_bytes`, and
    /// ends in `_total`.
    void counter(std::string_view name, std::string_view help, double value, labels about = {});

    /// Adds a value that may increase and decrease.
    void gauge(std::string_view name, std::string_view help, double value, labels about = {});

    /// Adds the number of observations for each bucket.
    /// @param bounds  upper bounds, ascending, inclusive
    /// @param counts  number of observations in each bucket, not accumulated. It has one element more than `bounds`.
    /// The last element is for observations above all bounds.
    /// @param sum  sum of all observed values
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
