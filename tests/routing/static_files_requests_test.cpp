// Conditional requests, ranges, and changes of the served directory.

#include "routing/static_files_site.hpp"

BOOST_AUTO_TEST_SUITE(static_files_suite)

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

// RFC 9110, 8.8.2.1: Last-Modified is never later than Date. A date in the future causes neither 304 nor 206.
BOOST_FIXTURE_TEST_CASE(a_modification_time_in_the_future_counts_as_now, site)
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

// A build may remove its output directory and create it again, or replace it.
BOOST_FIXTURE_TEST_CASE(a_recreated_directory_is_served, site)
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

// A program may lose access to the path of the directory, for example after chroot() or in a sandbox.
BOOST_FIXTURE_TEST_CASE(the_directory_of_the_start_is_served_while_its_path_is_missing, site)
{
    fs::rename(base / "public", base / "moved");
    BOOST_TEST(content(get("/files/data.bin")) == "0123456789");
    write("public", "a file"); // not a directory
    BOOST_TEST(content(get("/files/data.bin")) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_relative_path_is_relative_to_the_directory_at_the_start, site)
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
