#include <rill/http/request.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(request_suite)

namespace {} // namespace

BOOST_AUTO_TEST_CASE(a_target_is_split_into_path_and_query)
{
    const std::tuple<std::string, std::string, std::string> table[] = {
        {"/", "/", ""},          {"/a/b", "/a/b", ""},    {"/a?b=c", "/a", "b=c"}, {"/a?", "/a", ""},
        {"/a?b?c", "/a", "b?c"}, {"/%3f?x", "/%3f", "x"}, {"*", "*", ""},
    };
    for (const auto& [target, path, query] : table) {
        const rill::request req(rill::verb::get, target);
        BOOST_TEST_CONTEXT(target)
        {
            BOOST_TEST(req.path() == path);
            BOOST_TEST(req.query_string() == query);
            BOOST_TEST(req.target() == target);
        }
    }
}

BOOST_AUTO_TEST_CASE(query_parameters_are_form_decoded)
{
    const rill::request req(rill::verb::get, "/?a=1&b=x+y%2B&a=2&empty=&flag&%6eame=v&bad=%zz&&=nameless");
    BOOST_TEST((req.query_parameter("a") == "1"));
    BOOST_TEST((req.query_parameter("b") == "x y+"));
    BOOST_TEST((req.query_parameter("empty") == ""));
    BOOST_TEST((req.query_parameter("flag") == ""));
    BOOST_TEST((req.query_parameter("name") == "v"));
    BOOST_TEST((req.query_parameter("bad") == "%zz")); // this "%" begins no escape
    BOOST_TEST(!req.query_parameter("none").has_value());
    BOOST_TEST((req.query_parameter("") == "nameless")); // the empty field between "&&" is skipped
}

BOOST_AUTO_TEST_CASE(cookies)
{
    rill::request req;
    BOOST_TEST(!req.cookie("sid").has_value());
    BOOST_TEST(req.fields().set("Cookie", "theme=dark; sid=abc=d; empty=; broken; xsid=no").has_value());
    BOOST_TEST((req.cookie("theme") == "dark"));
    BOOST_TEST((req.cookie("sid") == "abc=d"));
    BOOST_TEST((req.cookie("empty") == ""));
    BOOST_TEST(!req.cookie("broken").has_value());
    BOOST_TEST(!req.cookie("SID").has_value());
    BOOST_TEST(!req.cookie("id").has_value());
    BOOST_TEST(req.fields().add("cookie", "id=1; sid=later").has_value()); // a second line
    BOOST_TEST((req.cookie("id") == "1"));
    BOOST_TEST((req.cookie("sid") == "abc=d"));
}

BOOST_AUTO_TEST_CASE(path_parameters_headers_and_the_rest)
{
    rill::request req(rill::verb::post, "/x");
    req.add_path_parameter("id", "7");
    BOOST_TEST((req.path_parameter("id") == "7"));
    BOOST_TEST(!req.path_parameter("other").has_value());
    req.clear_path_parameters();
    BOOST_TEST(!req.path_parameter("id").has_value());
    BOOST_TEST(req.fields().set("X-Token", "t").has_value());
    BOOST_TEST((req.header("x-token") == "t"));
    req.set_body("text");
    BOOST_TEST(req.body() == "text");
    BOOST_TEST(req.version() == 11U);
    BOOST_TEST(req.remote_address() == "");
    BOOST_TEST((req.method() == rill::verb::post));
}

BOOST_AUTO_TEST_CASE(methods_have_names)
{
    rill::request req(rill::verb::post, "/");
    BOOST_TEST(req.method_name() == "POST");
    req.set_method("QUERY");
    BOOST_TEST((req.method() == rill::verb::unknown));
    BOOST_TEST(req.method_name() == "QUERY");
    req.set_method("query"); // another method
    BOOST_TEST(req.method_name() == "query");
    req.set_method("PROPFIND");
    BOOST_TEST((req.method() == rill::verb::propfind));
    BOOST_TEST(req.method_name() == "PROPFIND");
    req.set_method(rill::verb::get);
    BOOST_TEST(req.method_name() == "GET");
}

BOOST_AUTO_TEST_SUITE_END()
