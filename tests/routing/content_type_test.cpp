#include "routing/content_type.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(content_type_suite)

namespace {} // namespace

BOOST_AUTO_TEST_CASE(by_extension)
{
    const std::pair<std::string, std::string> table[] = {
        {"index.html", "text/html; charset=utf-8"},
        {"app.min.js", "text/javascript; charset=utf-8"},
        {"m.mjs", "text/javascript; charset=utf-8"},
        {"s.css", "text/css; charset=utf-8"},
        {"d.json", "application/json"},
        {"i.SVG", "image/svg+xml"},
        {"p.JpEg", "image/jpeg"},
        {"f.woff2", "font/woff2"},
        {"m.wasm", "application/wasm"},
        {"v.mp4", "video/mp4"},
        {"r.md", "text/markdown; charset=utf-8"},
        {"README", "application/octet-stream"},
        {"x.unknown", "application/octet-stream"},
        {"x.", "application/octet-stream"},
        {"html", "application/octet-stream"},
        {"a.html.bin", "application/octet-stream"},
    };
    for (const auto& [name, type] : table) {
        BOOST_TEST(rill::detail::content_type_of(name) == type);
    }
}

BOOST_AUTO_TEST_SUITE_END()
