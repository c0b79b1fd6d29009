#include <boost/test/unit_test.hpp>
#include <harness/report/markup.hpp>

using bench::escaped;
using bench::markup;

BOOST_AUTO_TEST_SUITE(markup_test)

BOOST_AUTO_TEST_CASE(text_is_escaped)
{
    BOOST_TEST(escaped("a < b && \"c\" > d") == "a &lt; b &amp;&amp; &quot;c&quot; &gt; d");
    BOOST_TEST(escaped("ns \u00b7 ms") == "ns \u00b7 ms");
}

BOOST_AUTO_TEST_CASE(elements_nest)
{
    markup out;
    out.open("ul", {{"class", "a&b"}}).leaf("li", "1 < 2").empty("br").open("li").text("end").close();
    BOOST_TEST(out.take() == "<ul class=\"a&amp;b\"><li>1 &lt; 2</li><br/><li>end</li></ul>");
}

BOOST_AUTO_TEST_CASE(take_closes_open_elements)
{
    markup out;
    out.open("svg", {{"width", "12.5"}}).open("g").raw("<path d=\"M0 0\"/>");
    BOOST_TEST(out.take() == "<svg width=\"12.5\"><g><path d=\"M0 0\"/></g></svg>");
}

BOOST_AUTO_TEST_CASE(a_leaf_without_text_has_a_closing_tag)
{
    markup out;
    out.leaf("td", "");
    BOOST_TEST(out.take() == "<td></td>"); // <td/> is invalid in HTML
}

BOOST_AUTO_TEST_SUITE_END()
