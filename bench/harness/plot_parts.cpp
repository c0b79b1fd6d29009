#include "harness/plot_parts.hpp"

#include <array>

namespace bench {

namespace {

constexpr std::string_view style = R"(
:root { --ground: #ffffff; --ink: #1b1f24; --faint: #5b6570; --rule: #dde1e6;
  --c0: #6b7280; --c1: #0072b2; --c2: #d55e00; --c3: #009e73; --c4: #b0508f; --c5: #a97a00; --c6: #3b9bd6; --c7: #7a5230; }
@media (prefers-color-scheme: dark) { :root { --ground: #16191d; --ink: #e8ebee; --faint: #a3adb8; --rule: #343a42;
  --c0: #a3adb8; --c1: #4aa8e8; --c2: #ff8a3d; --c3: #2fc79b; --c4: #e08bc0; --c5: #e3b23c; --c6: #8ed0ff; --c7: #c79a72; } }
.plot { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 13px; }
.plot .ground { fill: var(--ground); }
.plot text { fill: var(--ink); }
.plot .title { font-size: 16px; font-weight: 600; }
.plot .hint, .plot .axis, .plot .tick, .plot .value { fill: var(--faint); }
.plot .hint, .plot .tick, .plot .axis { font-size: 12px; }
.plot .name { font-weight: 600; }
.plot .name, .plot .value { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
.plot .value, .plot .right { text-anchor: end; }
.plot .middle { text-anchor: middle; }
.plot .strong { fill: var(--ink); font-weight: 600; }
.plot .grid { stroke: var(--rule); stroke-width: 1; }
.plot .reference { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; }
.plot .range { stroke: var(--ink); stroke-width: 1.5; }
.plot .guide { stroke: var(--rule); stroke-width: 1; }
.plot .curve { fill: none; stroke-width: 2; }
.plot .leader { stroke-width: 1; opacity: 0.5; }
.plot .f0 { fill: var(--c0); } .plot .s0 { stroke: var(--c0); }
.plot .f1 { fill: var(--c1); } .plot .s1 { stroke: var(--c1); }
.plot .f2 { fill: var(--c2); } .plot .s2 { stroke: var(--c2); }
.plot .f3 { fill: var(--c3); } .plot .s3 { stroke: var(--c3); }
.plot .f4 { fill: var(--c4); } .plot .s4 { stroke: var(--c4); }
.plot .f5 { fill: var(--c5); } .plot .s5 { stroke: var(--c5); }
.plot .f6 { fill: var(--c6); } .plot .s6 { stroke: var(--c6); }
.plot .f7 { fill: var(--c7); } .plot .s7 { stroke: var(--c7); }
)";

constexpr unsigned colours = 8;
constexpr std::array<std::string_view, colours> colour_owners{"floor", "rill", "beast", "go",
                                                              "axum",  "node", "nchan", ""};

} // namespace

std::string_view plot_style()
{
    return style;
}

std::string as_svg_file(std::string_view drawn)
{
    // The style goes behind the opening tag.
    const auto begin = drawn.find('>') + 1;
    std::string result("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    result.append(drawn.substr(0, begin)).append("<style>").append(style).append("</style>");
    return result.append(drawn.substr(begin)).append("\n");
}

unsigned plot_colour(std::string_view server, std::size_t position)
{
    for (unsigned i = 0; i < colours; ++i) {
        if (colour_owners[i] == server) {
            return i;
        }
    }
    return static_cast<unsigned>((position + colours - 1) % colours);
}

namespace plot_parts {

void begin(markup& out, const plot_heading& heading, double height)
{
    out.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                     {"class", "plot"},
                     {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                     {"role", "img"},
                     {"aria-label", heading.title + ", " + heading.hint}});
    out.empty("rect", {{"class", "ground"}, {"width", width}, {"height", height}});
    text(out, margin, 24, "title", heading.title);
    out.open("text", {{"x", margin}, {"y", 43}, {"class", "hint"}}).leaf("tspan", heading.hint, {{"class", "strong"}});
    out.text(" \u00b7 " + heading.axis).close();
}

void text(markup& out, double x, double y, std::string_view kind, std::string_view words)
{
    out.leaf("text", words, {{"x", x}, {"y", y}, {"class", kind}});
}

void line(markup& out, double x1, double y1, double x2, double y2, std::string_view kind)
{
    out.empty("line", {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"class", kind}});
}

void mark(markup& out, double x, double y, unsigned shape, std::string_view kind)
{
    const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
        std::string points;
        for (const auto& [dx, dy] : corners) {
            points += (points.empty() ? "" : " ") + coordinate(x + dx) + "," + coordinate(y + dy);
        }
        out.empty("polygon", {{"points", points}, {"class", kind}});
    };
    switch (shape % 4) {
    case 0:
        out.empty("circle", {{"cx", x}, {"cy", y}, {"r", 4.5}, {"class", kind}});
        break;
    case 1:
        polygon({{-4, -4}, {4, -4}, {4, 4}, {-4, 4}});
        break;
    case 2:
        polygon({{0, -5.5}, {5.5, 0}, {0, 5.5}, {-5.5, 0}});
        break;
    default:
        polygon({{0, -5}, {5, 4}, {-5, 4}});
    }
}

std::string shortened(std::string_view words, std::size_t most)
{
    if (words.size() <= most) {
        return std::string(words);
    }
    std::size_t end = most - 1;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) {
        --end; // not within a character of UTF-8
    }
    return std::string(words.substr(0, end)) + "\u2026";
}

} // namespace plot_parts

} // namespace bench
