#pragma once

#include <array>
#include <string_view>

namespace bench {

/// One color of the charts and of the page. It is a CSS variable with one value for light mode and one for dark mode.
/// gnuplot draws with the light value.
struct themed_color
{
    std::string_view variable;
    std::string_view light; ///< "#rrggbb"
    std::string_view dark;
};

inline constexpr std::size_t server_colors = 10;

/// The first `server_colors` colors are those of the servers.
inline constexpr std::array<themed_color, server_colors + 4> chart_palette{{
    {"--c0", "#6b7280", "#a3adb8"},
    {"--c1", "#0072b2", "#4aa8e8"},
    {"--c2", "#d55e00", "#ff8a3d"},
    {"--c3", "#009e73", "#2fc79b"},
    {"--c4", "#b0508f", "#e08bc0"},
    {"--c5", "#a97a00", "#e3b23c"},
    {"--c6", "#3b9bd6", "#8ed0ff"},
    {"--c7", "#7a5230", "#c79a72"},
    {"--c8", "#6a4fb3", "#a893ee"},
    {"--c9", "#4d7c0f", "#a3d14e"},
    {"--ground", "#ffffff", "#16191d"},
    {"--ink", "#1b1f24", "#e8ebee"},
    {"--faint", "#5b6570", "#a3adb9"},
    {"--rule", "#dde1e6", "#343a42"},
}};

inline constexpr std::string_view ground_color = chart_palette[server_colors].light;
inline constexpr std::string_view ink_color = chart_palette[server_colors + 1].light;
inline constexpr std::string_view faint_color = chart_palette[server_colors + 2].light;
inline constexpr std::string_view rule_color = chart_palette[server_colors + 3].light;

} // namespace bench
