#include "harness/report_files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "harness/plot.hpp"
#include "harness/report_html.hpp"
#include "harness/report_plots.hpp"
#include "harness/report_table.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

tl::expected<void, std::string> write_file(const std::string& path, const std::string& text)
{
    std::ofstream file(path);
    file << text;
    file.close();
    return file ? tl::expected<void, std::string>()
                : tl::unexpected("can't write " + path + ": " + std::strerror(errno));
}

} // namespace

tl::expected<void, std::string> write_report(const comparison& all, const std::string& folder)
{
    auto written = write_file(folder + "/compare.json", to_json_text(to_json(all)) + "\n")
                       .and_then([&] { return write_file(folder + "/report.html", html_report(all)); })
                       .and_then([&] { return write_file(folder + "/report.md", markdown_report(all)); });
    for (const auto& endpoint : endpoints_of(all)) {
        for (const auto& plot : plots_of(all, endpoint)) {
            const auto file = folder + "/" + endpoint.substr(1) + "-" + plot.name + ".svg";
            written = written.and_then([&] { return write_file(file, as_svg_file(plot.svg)); });
        }
    }
    return written;
}

} // namespace bench
