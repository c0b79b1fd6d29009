#include <rill/http/metrics_writer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace rill {

namespace {

bool is_name(std::string_view name, bool with_colons) noexcept
{
    const auto letter = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (with_colons && c == ':');
    };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void append_escaped(std::string& out, std::string_view text, bool quotes)
{
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quotes) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

// Formats a number so that Go's ParseFloat can read it. Whole numbers have no fraction.
std::string number(double value)
{
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0 ? "+Inf" : "-Inf";
    }
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

} // namespace

metrics_writer::family& metrics_writer::at(std::string_view name, std::string_view help, std::string_view type)
{
    const auto known = std::ranges::find(families_, name, &family::name);
    if (known != families_.end()) {
        if (known->type != type) {
            throw std::invalid_argument("metric " + std::string(name) + " is a " + std::string(known->type) +
                                        " already");
        }
        return *known;
    }
    if (!is_name(name, true)) {
        throw std::invalid_argument("'" + std::string(name) + "' is not a valid metric name");
    }
    family made{.name = std::string(name), .head = {}, .type = type, .samples = {}};
    made.head.append("# HELP ").append(name).append(" ");
    append_escaped(made.head, help, false);
    made.head.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    return families_.emplace_back(std::move(made));
}

void metrics_writer::sample(family& f, std::string_view suffix, labels about, std::string_view bound, double value)
{
    auto& out = f.samples;
    out.append(f.name).append(suffix);
    char before = '{';
    const auto add = [&](std::string_view name, std::string_view text) {
        out.append(1, before).append(name).append("=\"");
        append_escaped(out, text, true);
        out += '"';
        before = ',';
    };
    for (const auto& [name, text] : about) {
        if (!is_name(name, false)) {
            throw std::invalid_argument("'" + std::string(name) + "' is not a valid label name");
        }
        add(name, text);
    }
    if (!bound.empty()) {
        add("le", bound);
    }
    if (before == ',') {
        out += '}';
    }
    out.append(" ").append(number(value)).append("\n");
}

void metrics_writer::counter(std::string_view name, std::string_view help, double value, labels about)
{
    sample(at(name, help, "counter"), {}, about, {}, value);
}

void metrics_writer::gauge(std::string_view name, std::string_view help, double value, labels about)
{
    sample(at(name, help, "gauge"), {}, about, {}, value);
}

void metrics_writer::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                               std::span<const std::uint64_t> counts, double sum, labels about)
{
    if (counts.size() != bounds.size() + 1) {
        throw std::invalid_argument("a histogram must have one bucket more than bounds");
    }
    auto& f = at(name, help, "histogram");
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        below += counts[i];
        sample(f, "_bucket", about, number(bounds[i]), static_cast<double>(below));
    }
    below += counts.back();
    sample(f, "_bucket", about, "+Inf", static_cast<double>(below));
    sample(f, "_sum", about, {}, sum);
    sample(f, "_count", about, {}, static_cast<double>(below));
}

std::string metrics_writer::text() const
{
    std::string all;
    for (const auto& f : families_) {
        all.append(f.head).append(f.samples);
    }
    return all;
}

} // namespace rill
