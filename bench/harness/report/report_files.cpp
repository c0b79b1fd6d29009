#include "harness/report/report_files.hpp"

#include "harness/report/gnuplot.hpp"
#include "harness/report/html_page.hpp"
#include "harness/report/report_charts.hpp"
#include "harness/report/tables.hpp"
#include "harness/support/files.hpp"
#include "harness/support/text.hpp"

namespace bench {

tl::expected<void, std::string> write_report(const comparison& all, const std::string& folder)
{
    std::vector<chart_script> scripts;
    for (const auto& endpoint : endpoints_of(all)) {
        for (auto& each : charts_of(all, endpoint)) {
            scripts.push_back(std::move(each));
        }
    }
    const auto charts = draw(scripts, folder);
    return write_file(folder + "/compare.json", to_json_text(to_json(all)) + "\n")
        .and_then([&] { return write_file(folder + "/report.html", html_page(all, charts)); })
        .and_then([&] { return write_file(folder + "/report.md", markdown_tables(all)); });
}

} // namespace bench
