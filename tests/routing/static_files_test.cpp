#include "routing/static_files_site.hpp"

BOOST_AUTO_TEST_SUITE(static_files_suite)

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

// Relative links in the index lead to the directory only if the path ends with a slash.
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
BOOST_FIXTURE_TEST_CASE(a_redirect_does_not_change_the_host, site)
{
    const auto handle = rill::static_files(root());
    for (const auto* path : {"//evil.example/sub", "/\\evil.example/sub"}) {
        request req(verb::get, path);
        req.add_path_parameter("path", "sub");
        BOOST_TEST(header(run(handle, req), "Location") == "/." + std::string(path) + '/');
    }
}

// A route without the parameter serves the index itself. Its path with a slash has no route.
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

// Behind a load balancer, a client may reach another server with each request.
BOOST_FIXTURE_TEST_CASE(servers_with_the_same_file_have_the_same_etag, site)
{
    write("other/data.bin", "0123456789");
    app.get("/other/{path...}", rill::static_files((base / "other").string()));
    const auto etag = header(get("/files/data.bin"), "ETag");
    BOOST_TEST(header(get("/other/data.bin"), "ETag") == etag);
    write("fresh", "0123456789"); // a new copy, with another inode
    fs::rename(base / "fresh", base / "public/data.bin");
    BOOST_TEST(header(get("/files/data.bin"), "ETag") == etag);
    BOOST_TEST((get("/other/data.bin", {{"If-None-Match", etag}}).status() == status::not_modified));
}

// All files of a reproducible build have the same modification time.
BOOST_FIXTURE_TEST_CASE(the_version_is_a_part_of_each_etag, site)
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

BOOST_FIXTURE_TEST_CASE(other_paths_are_not_found, site)
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
    BOOST_TEST((get("/files/data.bin%00.html").status() == status::bad_request)); // the router refuses it
    BOOST_TEST((get("/files/" + std::string(300, 'x')).status() == status::not_found));
    BOOST_TEST((get("/files/" + std::string(5000, 'x') + "/y").status() == status::not_found));
    BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(an_unchecked_parameter_does_not_lead_out_of_the_directory, site)
{
    const auto handle = rill::static_files(root());
    using namespace std::string_literals;
    for (const auto& path :
         {"data.bin\0"s, "data.bin\0.html"s, "sub\0/index.html"s, "../secret.txt"s, "/etc/passwd"s, "/"s})
    {
        request req(verb::get, "/");
        req.add_path_parameter("path", path);
        BOOST_TEST((run(handle, req).status() == status::not_found));
    }
}

BOOST_AUTO_TEST_SUITE_END()
