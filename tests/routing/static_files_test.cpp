#include <rill/routing/static_files.hpp>

#include "routing/http_date.hpp"
#include "support/run.hpp"

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <rill/routing/router.hpp>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(static_files_suite)

namespace {

namespace fs = std::filesystem;

using rill::request;
using rill::response;
using rill::status;
using rill::verb;
using rill_test::header;
using rill_test::run;
using fields = std::vector<std::pair<std::string, std::string>>;

const std::string modified = "Sun, 06 Nov 1994 08:49:37 GMT";

/// A directory "public" to serve, with a secret next to it; removed at the end.
class site
{
public:
    site()
    {
        std::string name = (fs::temp_directory_path() / "rill_static_XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        base = name;
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
    ~site() { fs::remove_all(base); }

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

    fs::path base;
    rill::router app;
};

std::string content(const response& r)
{
    BOOST_REQUIRE(std::holds_alternative<rill::file_body>(r.body()));
    const auto& body = std::get<rill::file_body>(r.body());
    std::string text(body.length, '\0');
    const auto got = ::pread(body.file.get(), text.data(), text.size(), static_cast<off_t>(body.offset));
    BOOST_REQUIRE(got == static_cast<ssize_t>(text.size()));
    return text;
}

int open_descriptors()
{
    const fs::directory_iterator all("/proc/self/fd");
    return static_cast<int>(std::distance(begin(all), end(all)));
}

} // namespace

BOOST_FIXTURE_TEST_CASE(files_and_directories, site)
{
    const std::tuple<std::string, std::string, std::string> table[] = {
        {"/", "<p>root", "text/html; charset=utf-8"},
        {"/files/", "<p>root", "text/html; charset=utf-8"},
        {"/files/index.html", "<p>root", "text/html; charset=utf-8"},
        {"/files/data.bin", "0123456789", "application/octet-stream"},
        {"/files/empty.txt", "", "text/plain; charset=utf-8"},
        {"/files/a%20b/%C3%A4.css", "css", "text/css; charset=utf-8"},
        {"/files/sub/", "<p>sub", "text/html; charset=utf-8"},
        {"/files/bare/file.js?v=2", "js", "text/javascript; charset=utf-8"},
        {"/files/.well-known/security.txt", "Contact: mailto:security@app.example", "text/plain; charset=utf-8"},
    };
    for (const auto& [target, expected, type] : table) {
        BOOST_TEST_CONTEXT(target)
        {
            const auto r = get(target);
            BOOST_REQUIRE((r.status() == status::ok));
            BOOST_TEST(content(r) == expected);
            BOOST_TEST(header(r, "Content-Type") == type);
        }
    }
}

// Relative links in the index lead to the directory only where the path ends with a slash.
BOOST_FIXTURE_TEST_CASE(a_directory_without_its_slash_is_redirected, site)
{
    write("public/a b/index.html", "<p>a b");
    const std::pair<std::string, std::string> table[] = {
        {"/files/sub", "/files/sub/"},
        {"/files/sub?v=2&w=/", "/files/sub/?v=2&w=/"},
        {"/files/sub?", "/files/sub/?"},
        {"/files/a%20b", "/files/a%20b/"},
    };
    for (const auto& [target, location] : table) {
        for (const auto method : {verb::get, verb::head}) {
            const auto r = get(target, {}, method);
            BOOST_TEST((r.status() == status::permanent_redirect), target);
            BOOST_TEST(header(r, "Location") == location);
            BOOST_TEST(header(r, "Cache-Control") == "max-age=60");
            BOOST_TEST(header(r, "ETag") == "(none)");
        }
    }
    for (const auto* none : {"/files/bare", "/files/none", "/files/data.bin/"}) {
        BOOST_TEST((get(none).status() == status::not_found), none);
    }
    BOOST_TEST((get("/files/sub", {{"If-None-Match", "*"}}).status() == status::permanent_redirect));
}

// A Location that begins with two slashes names another host.
BOOST_FIXTURE_TEST_CASE(a_redirect_stays_on_the_host, site)
{
    const auto handle = rill::static_files(root());
    for (const auto* path : {"//evil.example/sub", "/\\evil.example/sub"}) {
        request req(verb::get, path);
        req.path_parameter("path", "sub");
        BOOST_TEST(header(run(handle, req), "Location") == "/." + std::string(path) + '/');
    }
}

// A route without the parameter names the index itself: there is nothing at its path with a slash.
BOOST_FIXTURE_TEST_CASE(a_route_of_the_index_is_not_redirected, site)
{
    app.get("/about", rill::static_files(root() + "/sub"));
    BOOST_TEST(content(get("/about")) == "<p>sub");
}

BOOST_FIXTURE_TEST_CASE(headers, site)
{
    const auto r = get("/files/data.bin");
    BOOST_TEST(header(r, "Last-Modified") == modified);
    BOOST_TEST(header(r, "X-Content-Type-Options") == "nosniff");
    BOOST_TEST(header(r, "Accept-Ranges") == "bytes");
    BOOST_TEST(header(r, "Cache-Control") == "max-age=60");
    BOOST_TEST(header(get("/"), "Cache-Control") == "no-cache");
    const auto etag = header(r, "ETag");
    BOOST_TEST((etag.size() > 2 && etag.front() == '"' && etag.back() == '"'));
    BOOST_TEST(header(get("/files/data.bin"), "ETag") == etag);
    BOOST_TEST(header(get("/files/index.html"), "ETag") != etag);
    write("public/data.bin", "0123456789+"); // same time, another size
    BOOST_TEST(header(get("/files/data.bin"), "ETag") != etag);
}

// Behind a load balancer a client asks one server today, and another one tomorrow.
BOOST_FIXTURE_TEST_CASE(servers_with_the_same_file_have_the_same_etag, site)
{
    write("other/data.bin", "0123456789");
    app.get("/other/{path...}", rill::static_files((base / "other").string()));
    const auto etag = header(get("/files/data.bin"), "ETag");
    BOOST_TEST(header(get("/other/data.bin"), "ETag") == etag);
    write("fresh", "0123456789"); // copied anew: another inode
    fs::rename(base / "fresh", base / "public/data.bin");
    BOOST_TEST(header(get("/files/data.bin"), "ETag") == etag);
    BOOST_TEST((get("/other/data.bin", {{"If-None-Match", etag}}).status() == status::not_modified));
}

// All files of a reproducible build have the same time.
BOOST_FIXTURE_TEST_CASE(a_version_of_the_files_is_in_their_etags, site)
{
    app.get("/one/{path...}", rill::static_files(root(), {.version = "1.0"}));
    app.get("/two/{path...}", rill::static_files(root(), {.version = "2.0"}));
    const auto one = header(get("/one/data.bin"), "ETag");
    BOOST_TEST(one.starts_with("\"1.0-"));
    BOOST_TEST(header(get("/two/data.bin"), "ETag") != one);
    BOOST_TEST(header(get("/files/data.bin"), "ETag") != one);
    BOOST_TEST((get("/one/data.bin", {{"If-None-Match", one}}).status() == status::not_modified));
    const fields both{{"If-None-Match", one}, {"If-Modified-Since", modified}};
    BOOST_TEST((get("/two/data.bin", both).status() == status::ok));
    for (const auto* wrong : {"a b", "a\"b", "a\nb", "\x7f"}) {
        BOOST_CHECK_THROW(rill::static_files(root(), {.version = wrong}), std::invalid_argument);
    }
}

BOOST_FIXTURE_TEST_CASE(nothing_else_is_found, site)
{
    fs::create_symlink(base / "secret.txt", base / "public/link-out.txt");
    fs::create_symlink("data.bin", base / "public/link-in.bin");
    fs::create_directory_symlink(base, base / "public/link-dir");
    fs::create_directory_symlink("sub", base / "public/link-sub");
    fs::create_directories(base / "public/linked-index");
    fs::create_symlink(base / "secret.txt", base / "public/linked-index/index.html");
    fs::create_directories(base / "public/directory-index/index.html");
    BOOST_REQUIRE(::mkfifo((base / "public/fifo").c_str(), 0600) == 0);
    fs::create_directories(base / "public/fifo-index");
    BOOST_REQUIRE(::mkfifo((base / "public/fifo-index/index.html").c_str(), 0600) == 0);
    const auto before = open_descriptors();
    for (const std::string path : {"none",
                                   "none/x",
                                   "data.bin/",
                                   "data.bin/x",
                                   "bare",
                                   "bare/",
                                   "Index.html",
                                   "..",
                                   "../secret.txt",
                                   "../public/data.bin",
                                   "sub/../data.bin",
                                   "sub/../../secret.txt",
                                   "%2e%2e/secret.txt",
                                   "%2e%2e%2fsecret.txt",
                                   "..%2fsecret.txt",
                                   "..%5csecret.txt",
                                   "..\\secret.txt",
                                   "sub\\index.html",
                                   "sub%2findex.html",
                                   ".",
                                   "./data.bin",
                                   "sub/./index.html",
                                   "%2e/data.bin",
                                   "/data.bin",
                                   "//data.bin",
                                   "sub//index.html",
                                   "sub//",
                                   "/etc/passwd",
                                   "//etc/passwd",
                                   ".env",
                                   "%2eenv",
                                   ".git/config",
                                   ".git/",
                                   ".git",
                                   "sub/.hidden.txt",
                                   ".well-known",
                                   ".well-known/",
                                   ".well-known/.hidden",
                                   ".well-known/../data.bin",
                                   "sub/.well-known/security.txt",
                                   "link-out.txt",
                                   "link-in.bin",
                                   "link-dir/secret.txt",
                                   "link-dir/public/data.bin",
                                   "link-sub",
                                   "link-sub/",
                                   "link-sub/index.html",
                                   "linked-index",
                                   "linked-index/",
                                   "directory-index",
                                   "directory-index/",
                                   "fifo",
                                   "fifo/",
                                   "fifo-index",
                                   "fifo-index/",
                                   "%252e%252e/secret.txt",
                                   "....//secret.txt",
                                   "...",
                                   "~",
                                   "data.bin%20",
                                   "\xff",
                                   "%ff%fe"})
    {
        BOOST_TEST_CONTEXT(path)
        {
            const auto r = get("/files/" + path);
            BOOST_TEST((r.status() == status::not_found));
            BOOST_TEST(rill_test::text(r).find("hidden") == std::string::npos);
        }
    }
    BOOST_TEST((get("/files/data.bin%00.html").status() == status::bad_request)); // the router's
    BOOST_TEST((get("/files/" + std::string(300, 'x')).status() == status::not_found));
    BOOST_TEST((get("/files/" + std::string(5000, 'x') + "/y").status() == status::not_found));
    BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(a_parameter_that_no_router_has_checked, site)
{
    const auto handle = rill::static_files(root());
    using namespace std::string_literals;
    for (const auto& path :
         {"data.bin\0"s, "data.bin\0.html"s, "sub\0/index.html"s, "../secret.txt"s, "/etc/passwd"s, "/"s})
    {
        request req(verb::get, "/");
        req.path_parameter("path", path);
        BOOST_TEST((run(handle, req).status() == status::not_found));
    }
}

BOOST_FIXTURE_TEST_CASE(only_get_and_head, site)
{
    app.post("/files/{path...}", rill::static_files(root()));
    const auto refused = get("/files/data.bin", {}, verb::post);
    BOOST_TEST((refused.status() == status::method_not_allowed));
    BOOST_TEST(header(refused, "Allow") == "GET, HEAD");
    const auto head = get("/files/data.bin", {{"Range", "bytes=0-1"}}, verb::head);
    BOOST_TEST((head.status() == status::ok));
    BOOST_TEST(std::get<rill::file_body>(head.body()).length == 10U);
}

BOOST_FIXTURE_TEST_CASE(conditional_requests, site)
{
    const auto etag = header(get("/files/data.bin"), "ETag");
    for (const auto& headers : {fields{{"If-None-Match", etag}}, fields{{"If-Modified-Since", modified}},
                                fields{{"If-None-Match", etag}, {"Range", "bytes=0-1"}}})
    {
        const auto r = get("/files/data.bin", headers);
        BOOST_TEST((r.status() == status::not_modified));
        BOOST_TEST(rill_test::text(r) == "");
        BOOST_TEST(header(r, "ETag") == etag);
        BOOST_TEST(header(r, "Cache-Control") == "max-age=60");
        BOOST_TEST(header(r, "Content-Type") == "(none)");
    }
    BOOST_TEST((get("/files/data.bin", {{"If-None-Match", "\"old\""}}).status() == status::ok));
    BOOST_TEST((get("/files/data.bin", {{"If-Match", "\"old\""}}).status() == status::precondition_failed));
    BOOST_TEST((get("/files/none", {{"If-None-Match", "*"}}).status() == status::not_found));
}

// RFC 9110, 8.8.2.1: Last-Modified is never later than Date; a date to come is no reason for 304 or 206.
BOOST_FIXTURE_TEST_CASE(a_file_from_the_future_is_of_now, site)
{
    const timespec times[2] = {{4102444800, 0}, {4102444800, 0}}; // 2100
    BOOST_REQUIRE(::utimensat(AT_FDCWD, (base / "public/data.bin").c_str(), times, 0) == 0);
    const auto before = std::time(nullptr);
    const std::string now(header(get("/files/data.bin"), "Last-Modified"));
    const auto modified = rill::detail::parse_http_date(now);
    BOOST_REQUIRE(modified.has_value());
    BOOST_TEST(*modified >= before);
    BOOST_TEST(*modified <= std::time(nullptr));
    BOOST_TEST((get("/files/data.bin", {{"If-Modified-Since", now}}).status() == status::ok));
    BOOST_TEST((get("/files/data.bin", {{"Range", "bytes=0-1"}, {"If-Range", now}}).status() == status::ok));
}

BOOST_FIXTURE_TEST_CASE(ranges, site)
{
    const auto part = get("/files/data.bin", {{"Range", "bytes=2-4"}});
    BOOST_TEST((part.status() == status::partial_content));
    BOOST_TEST(header(part, "Content-Range") == "bytes 2-4/10");
    BOOST_TEST(header(part, "Content-Type") == "application/octet-stream");
    BOOST_TEST(content(part) == "234");
    BOOST_TEST(content(get("/files/data.bin", {{"Range", "bytes=-3"}})) == "789");
    BOOST_TEST(content(get("/files/data.bin", {{"Range", "bytes=8-"}})) == "89");
    const auto beyond = get("/files/data.bin", {{"Range", "bytes=10-"}});
    BOOST_TEST((beyond.status() == status::range_not_satisfiable));
    BOOST_TEST(header(beyond, "Content-Range") == "bytes */10");
    const auto several = get("/files/data.bin", {{"Range", "bytes=0-1,4-5"}});
    BOOST_TEST((several.status() == status::ok));
    BOOST_TEST(content(several) == "0123456789");
    const auto etag = header(part, "ETag");
    BOOST_TEST(content(get("/files/data.bin", {{"Range", "bytes=0-1"}, {"If-Range", etag}})) == "01");
    BOOST_TEST(content(get("/files/data.bin", {{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}})) == "0123456789");
}

// A build may remove its output and make it anew, or put a new one in its place.
BOOST_FIXTURE_TEST_CASE(a_directory_that_is_made_anew_is_served, site)
{
    const auto before = open_descriptors();
    fs::remove_all(base / "public");
    BOOST_TEST((get("/files/data.bin").status() == status::not_found));
    write("public/data.bin", "anew");
    BOOST_TEST(content(get("/files/data.bin")) == "anew");
    write("next/data.bin", "exchanged");
    fs::rename(base / "public", base / "old");
    fs::rename(base / "next", base / "public");
    BOOST_TEST(content(get("/files/data.bin")) == "exchanged");
    BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(a_link_to_the_directory_may_be_changed, site)
{
    write("release-2/data.bin", "2");
    fs::create_directory_symlink("public", base / "current");
    app.get("/current/{path...}", rill::static_files((base / "current").string()));
    BOOST_TEST(content(get("/current/data.bin")) == "0123456789");
    fs::create_directory_symlink("release-2", base / "current.new");
    fs::rename(base / "current.new", base / "current");
    BOOST_TEST(content(get("/current/data.bin")) == "2");
}

// A program may give up the right to reach the directory's name: it changes its root, or is sandboxed.
BOOST_FIXTURE_TEST_CASE(while_the_name_leads_nowhere_the_directory_of_the_start_is_served, site)
{
    fs::rename(base / "public", base / "moved");
    BOOST_TEST(content(get("/files/data.bin")) == "0123456789");
    write("public", "a file"); // no directory
    BOOST_TEST(content(get("/files/data.bin")) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_relative_name_is_of_the_directory_of_the_start, site)
{
    const auto here = fs::current_path();
    fs::current_path(base);
    app.get("/relative/{path...}", rill::static_files("public"));
    write("elsewhere/public/data.bin", "elsewhere");
    fs::current_path(base / "elsewhere");
    const auto r = get("/relative/data.bin");
    fs::current_path(here);
    BOOST_TEST(content(r) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_cannot_be_opened_is_refused, site)
{
    BOOST_CHECK_EXCEPTION(rill::static_files(root() + "/none"), std::system_error, [&](const std::system_error& e) {
        return std::string(e.what()).find(root() + "/none") != std::string::npos &&
               e.code() == std::errc::no_such_file_or_directory;
    });
    BOOST_CHECK_THROW(rill::static_files((base / "secret.txt").string()), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
