#pragma once

#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <rill/routing/router.hpp>
#include <rill/routing/static_files.hpp>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "http/http_date.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace static_files_suite {

namespace fs = std::filesystem;

using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::header;
using rill_test::run;
using fields = std::vector<std::pair<std::string, std::string>>;

inline const std::string modified = "Sun, 06 Nov 1994 08:49:37 GMT";

/// A directory "public" to serve, and a secret file next to it.
class site
{
public:
    site()
    {
        write("secret.txt", "secret");
        write("public/index.html", "<p>root");
        write("public/data.bin", "0123456789");
        write("public/empty.txt", "");
        write("public/a b/\xc3\xa4.css", "css");
        write("public/sub/index.html", "<p>sub");
        write("public/bare/file.js", "js");
        write("public/.env", "hidden");
        write("public/.git/config", "hidden");
        write("public/sub/.hidden.txt", "hidden");
        write("public/.well-known/security.txt", "Contact: mailto:security@app.example");
        write("public/.well-known/.hidden", "hidden");
        app.get("/", rill::static_files(root()));
        app.get("/files/{path...}", rill::static_files(root(), {.index = "index.html", .cache_control = "max-age=60"}));
    }

    std::string root() const { return (base / "public").string(); }

    void write(const std::string& path, std::string_view content) const
    {
        const auto full = base / path;
        fs::create_directories(full.parent_path());
        std::ofstream(full, std::ios::binary) << content;
        const timespec times[2] = {{784111777, 0}, {784111777, 0}};
        BOOST_REQUIRE(::utimensat(AT_FDCWD, full.c_str(), times, 0) == 0);
    }

    response get(std::string target, const fields& headers = {}, verb method = verb::get) const
    {
        request req(method, std::move(target));
        for (const auto& [name, value] : headers) {
            BOOST_REQUIRE(req.fields().add(name, value).has_value());
        }
        return run(app, req);
    }

    rill_test::temporary_directory directory;
    fs::path base = directory.path();
    rill::router app;
};

inline std::string content(const response& r)
{
    BOOST_REQUIRE(std::holds_alternative<rill::file_body>(r.body()));
    const auto& body = std::get<rill::file_body>(r.body());
    std::string text(body.length, '\0');
    const auto got = ::pread(body.file.get(), text.data(), text.size(), static_cast<off_t>(body.offset));
    BOOST_REQUIRE(got == static_cast<ssize_t>(text.size()));
    return text;
}

inline int open_descriptors()
{
    const fs::directory_iterator all("/proc/self/fd");
    return static_cast<int>(std::distance(begin(all), end(all)));
}

} // namespace static_files_suite
