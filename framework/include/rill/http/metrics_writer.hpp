#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill {

/// Figures as Prometheus reads them: its text exposition format, version 0.0.4.
///
/// Samples of one name are gathered into one family, in the order in which the names came first, so that several
/// sources may write to one page. Names follow [a-zA-Z_:][a-zA-Z0-9_:]*, label names the same without colons; others
/// throw std::invalid_argument, as they are mistakes of the program. Label values and help may be any text: they are
/// escaped.
class metrics_writer
{
public:
    using label = std::pair<std::string_view, std::string_view>;
    using labels = std::initializer_list<label>;

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// What only grows, by convention named `..._total`; with the unit in the name, e.g. `_seconds` or `_bytes`.
    void counter(std::string_view name, std::string_view help, double value, labels about = {});

    /// What goes up and down.
    void gauge(std::string_view name, std::string_view help, double value, labels about = {});

    /// How many observations fell below each bound.
    /// @param bounds  upper bounds, ascending, inclusive
    /// @param counts  observations of each bucket alone, not accumulated; one more than bounds, for those above all
    /// @param sum     of all observed values
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
