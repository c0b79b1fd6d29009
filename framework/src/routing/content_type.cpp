#include "routing/content_type.hpp"

#include <algorithm>
#include <array>
#include <rill/http/headers.hpp>
#include <utility>

namespace rill::detail {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 38> types{{
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"txt", "text/plain; charset=utf-8"},
    {"log", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/x-icon"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/wav"},
    {"m4a", "audio/mp4"},
    {"flac", "audio/flac"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"ogv", "video/ogg"},
    {"mov", "video/quicktime"},
}};

} // namespace

std::string_view content_type_of(std::string_view file_name) noexcept
{
    const auto dot = file_name.rfind('.');
    if (dot != file_name.npos) {
        const auto extension = file_name.substr(dot + 1);
        const auto it = std::ranges::find_if(types, [&](const auto& t) { return iequals(t.first, extension); });
        if (it != types.end()) {
            return it->second;
        }
    }
    return "application/octet-stream";
}

} // namespace rill::detail
