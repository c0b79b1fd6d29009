#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rill_test {

/// Bytes of a client, and the statuses of the expected responses, in order. A mark may follow a status:
///
///     !   the request is refused with "Connection: close"; no response follows, and the server closes the connection
///     .   the request is answered; the server closes the connection because the client has asked for it
///
/// Without a mark, the connection continues. If there is no status, the server waits for more data.
struct strict_case
{
    std::string_view about;
    std::string bytes;
    std::string_view answers;
};

namespace strict {

using namespace std::string_literals;

inline std::string get(std::string_view fields, std::string_view target = "/")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

inline std::string post(std::string_view fields, std::string_view body = "", std::string_view method = "POST")
{
    return std::string(method) + " / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

inline std::string chunks(std::string_view body)
{
    return post("Transfer-Encoding: chunked\r\n", body);
}

inline std::string with_host(std::string_view host)
{
    return "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

inline std::vector<strict_case> request_lines()
{
    const auto line = [](std::string_view text) { return std::string(text) + "\r\nHost: a\r\n\r\n"; };
    return {
        {"a plain request", get(""), "200"},
        {"two requests in one piece", get("") + get(""), "200 200"},
        {"one empty line first", "\r\n" + get(""), "200"},
        {"two empty lines first", "\r\n\r\n" + get(""), "200"},
        {"an empty line after a body", post("Content-Length: 2\r\n", "hi\r\n") + get(""), "200 200"},
        {"empty lines without end", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" + get(""), "400!"},
        {"bare LF first", "\n" + get(""), "400!"},
        {"bare CR first", "\r" + get(""), "400!"},
        {"a space first", " " + get(""), "400!"},
        {"a tab first", "\t" + get(""), "400!"},
        {"a line of one space", " \r\n\r\n", "400!"},
        {"words before the method", "Extra line" + get(""), "400!"},
        {"a NUL first", "\0"s + get(""), "400!"},
        {"two spaces before the target", line("GET  / HTTP/1.1"), "400!"},
        {"two spaces before the version", line("GET /  HTTP/1.1"), "400!"},
        {"a space after the version", line("GET / HTTP/1.1 "), "400!"},
        {"a tab for the first space", line("GET\t/ HTTP/1.1"), "400!"},
        {"a tab for the second space", line("GET /\tHTTP/1.1"), "400!"},
        {"a vertical tab for a space", line("GET\v/ HTTP/1.1"), "400!"},
        {"bare LF ends the line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400!"},
        {"bare CR ends the line", "GET / HTTP/1.1\rHost: a\r\n\r\n", "400!"},
        {"only CR everywhere", "GET / HTTP/1.1\rHost: a\r\r", "400!"},
        {"CR CR LF ends the line", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400!"},
        {"only LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", "400!"},
        {"no target", line("GET HTTP/1.1"), "400!"},
        {"no method", line("/ HTTP/1.1"), "400!"},
        {"only a method", line("GET"), "400!"},
        {"HTTP/0.9", "GET /\r\n", "400!"},
        {"no version after the space", "GET / \r\n\r\n", "400!"},
        {"the version of HTTP/0.9", line("GET / HTTP/0.9"), "505!"},
        {"HTTP/1.2 is answered as 1.1", line("GET / HTTP/1.2"), "200"},
        {"HTTP/2.0", line("GET / HTTP/2.0"), "505!"},
        {"HTTP/9.9", line("GET / HTTP/9.9"), "505!"},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505!"},
        {"lower case in the version", line("GET / http/1.1"), "400!"},
        {"mixed case in the version", line("GET / Http/1.1"), "400!"},
        {"no minor version", line("GET / HTTP/1"), "400!"},
        {"no minor digit", line("GET / HTTP/1."), "400!"},
        {"two digits of minor version", line("GET / HTTP/1.10"), "400!"},
        {"leading zeros in the version", line("GET / HTTP/01.01"), "400!"},
        {"a version with a letter", line("GET / HTTP/1.1a"), "400!"},
        {"a version of letters", line("GET / HTTP/a.b"), "400!"},
        {"a version with a NUL", line("GET / HTTP/1.1\0"s), "400!"},
        {"a bare CR before the version", line("GET / \rHTTP/1.1"), "400!"},
        {"a no-break space for a space", line("GET\xa0/ HTTP/1.1"), "400!"},
        {"a line of CR only", "\r\r\n" + get(""), "400!"},
        {"two requests on one line", line("GET / HTTP/1.1 GET / HTTP/1.1"), "400!"},
        {"a refused HEAD", "HEAD / HTTP/1.1\r\n\r\n", "400!"},
        {"HEAD, then GET", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get(""), "200 200"},
        {"garbage after a request", get("") + "garbage\r\n\r\n", "200 400!"},
        {"a space in the version", line("GET / HTTP/ 1.1"), "400!"},
        {"a comma in the version", line("GET / HTTP/1,1"), "400!"},
        {"a sign in the version", line("GET / HTTP/+1.1"), "400!"},
        {"another protocol", line("GET / HTP/1.1"), "400!"},
        {"ICAP", line("GET / ICAP/1.0"), "400!"},
        {"RTSP", line("OPTIONS * RTSP/1.0"), "400!"},
        {"a method not known", line("FOOBAR / HTTP/1.1"), "501!"},
        {"a method in lower case", line("get / HTTP/1.1"), "501!"},
        {"a method of 200 letters", line(std::string(200, 'A') + " / HTTP/1.1"), "501!"},
        {"a method without end", std::string(3000, 'A'), "400!"},
        {"a method of 100 KB", line(std::string(100'000, 'A') + " / HTTP/1.1"), "400!"},
        {"a method with a bracket", line("GE(T / HTTP/1.1"), "400!"},
        {"a method with a NUL", line("GE\0T / HTTP/1.1"s), "400!"},
        {"a method not ASCII", line("G\xc3\x8bT / HTTP/1.1"), "400!"},
        {"a quoted method", line("\"GET\" / HTTP/1.1"), "400!"},
        {"TRACE", line("TRACE / HTTP/1.1"), "405"},
        {"a method that the path does not have", line("DELETE / HTTP/1.1"), "405"},
        {"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "400!"},
        {"binary noise", "\x80\xff\x01\x02\r\n\r\n", "400!"},
        {"a line of SSH", "SSH-2.0-OpenSSH_9.2\r\n", "400!"},
        {"SOCKS", "\x05\x01\x00"s, "400!"},
        {"the PROXY protocol", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get(""), "400!"},
        {"nothing", "", ""},
        {"part of a method", "GE", ""},
        {"part of a target", "GET /hello", ""},
        {"part of a version", "GET / HTTP/1.", ""},
        {"part of a line's end", "GET / HTTP/1.1\r", ""},
        {"part of a head", "GET / HTTP/1.1\r\nHost: a\r\nX-Te", ""},
        {"all but the last LF", "GET / HTTP/1.1\r\nHost: a\r\n\r", ""},
    };
}

inline std::vector<strict_case> targets()
{
    const auto long_target = [](std::size_t size) { return "/" + std::string(size - 1, 'x'); };
    return {
        {"a query", get("", "/?a=b&c"), "200"},
        {"two slashes", get("", "//a"), "200"},
        {"a question mark in the query", get("", "/?a?b"), "200"},
        {"escapes", get("", "/%41%c3%a4?x=%20"), "200"},
        {"characters that browsers do not escape", get("", "/[]^|{}`?{\\}"), "200"},
        {"an escape without digits", get("", "/%zz"), "400!"},
        {"an escape cut short", get("", "/%4"), "400!"},
        {"a percent sign alone", get("", "/%"), "400!"},
        {"a bad escape in the query", get("", "/?a=%g0"), "200"},
        {"an escape of %u", get("", "/%u0041"), "400!"},
        {"an escaped NUL", get("", "/a%00b"), "400"},
        {"a fragment", get("", "/a#b"), "400!"},
        {"an empty fragment", get("", "/#"), "400!"},
        {"a fragment after the query", get("", "/?a#b"), "400!"},
        {"a space", get("", "/a b"), "400!"},
        {"a NUL", get("", "/\0a"s), "400!"},
        {"a control byte", get("", "/\x01"), "400!"},
        {"a tab", get("", "/a\tb"), "400!"},
        {"a DEL", get("", "/\x7f"), "400!"},
        {"UTF-8", get("", "/caf\xc3\xa9"), "400!"},
        {"an overlong slash", get("", "/\xc0\xaf"), "400!"},
        {"a backslash", get("", "/a\\b"), "400!"},
        {"a quote", get("", "/a\"b"), "400!"},
        {"angle brackets", get("", "/<a>"), "400!"},
        {"a relative path", get("", "a"), "400!"},
        {"only a query", get("", "?a"), "400!"},
        {"* with OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "204"},
        {"* with GET", get("", "*"), "400!"},
        {"* with POST", "POST * HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "400!"},
        {"** with OPTIONS", "OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"*/ with OPTIONS", "OPTIONS */ HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"absolute form", get("", "http://a/"), "200"},
        {"absolute form without a path", get("", "http://a"), "200"},
        {"absolute form without a path, with a query", get("", "http://a?b"), "200"},
        {"absolute form, OPTIONS of the server", "OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n", "204"},
        {"absolute form, scheme in upper case", get("", "HTTP://a/"), "200"},
        {"absolute form of another host: Host is ignored", get("", "http://b:8080/"), "200"},
        {"absolute form does not replace Host", "GET http://a/ HTTP/1.1\r\n\r\n", "400!"},
        {"absolute form with a bad Host", "GET http://a/ HTTP/1.1\r\nHost: b c\r\n\r\n", "400!"},
        {"absolute form of HTTP/1.0", "GET http://a/ HTTP/1.0\r\n\r\n", "200."},
        {"absolute form of https", get("", "https://a/"), "421!"},
        {"absolute form of ftp", get("", "ftp://a/"), "400!"},
        {"absolute form of ws", get("", "ws://a/"), "400!"},
        {"absolute form of file", get("", "file:///etc/passwd"), "400!"},
        {"absolute form without a host", get("", "http:///a"), "400!"},
        {"absolute form without anything after the scheme", get("", "http://"), "400!"},
        {"absolute form with one slash", get("", "http:/a"), "400!"},
        {"absolute form with userinfo", get("", "http://u:p@a/"), "400!"},
        {"absolute form with a bad port", get("", "http://a:8x/"), "400!"},
        {"absolute form with a fragment", get("", "http://a/#b"), "400!"},
        {"absolute form with two ports", get("", "http://a:80:80/"), "400!"},
        {"absolute form of an IPv6 address", get("", "http://[::1]:80/"), "200"},
        {"absolute form of a list", get("", "http://a,b/"), "400!"},
        {"absolute form in HTTP/1.2", "GET http://a/ HTTP/1.2\r\nHost: a\r\n\r\n", "200"},
        {"absolute form in the path", get("", "/http://a/"), "200"},
        {"a bare CR in the target", get("", "/a\rb"), "400!"},
        {"a bare LF in the target", get("", "/a\nb"), "400!"},
        {"an escaped line end", get("", "/%0d%0aSet-Cookie:%20a=b"), "200"},
        {"dots", get("", "/../../etc/passwd"), "200"},
        {"* with OPTIONS in HTTP/1.0", "OPTIONS * HTTP/1.0\r\n\r\n", "204."},
        {"* with HEAD", "HEAD * HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"CONNECT of *", "CONNECT * HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"CONNECT with a body", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "501!"},
        {"authority form with GET", get("", "a:80"), "400!"},
        {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "501!"},
        {"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"CONNECT of a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "400!"},
        {"a request line of 8000 bytes", get("", long_target(8000)), "200"},
        {"a target of the limit", get("", long_target(8192)), "200"},
        {"a target above the limit", get("", long_target(8193)), "414!"},
        {"a target of 100 KB", get("", long_target(100'000)), "414!"},
        {"a target without end", "GET /" + std::string(20'000, 'x'), "414!"},
    };
}

inline std::vector<strict_case> hosts()
{
    const auto more = [](std::string_view fields) { return "GET / HTTP/1.1\r\n" + std::string(fields) + "\r\n"; };
    return {
        {"no Host", more(""), "400!"},
        {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "200."},
        {"a Host and an empty one", more("Host: a\r\nHost:\r\n"), "400!"},
        {"a Host with dots at its end", with_host("a.b."), "200"},
        {"a Host with an IPv6 zone", with_host("[fe80::1%25eth0]"), "400!"},
        {"a quoted Host", with_host("\"a\""), "400!"},
        {"a Host after a CR", more("X: y\rHost: a\r\n"), "400!"},
        {"no Host in HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", "400!"},
        {"an empty Host", with_host(""), "400!"},
        {"an empty Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n", "400!"},
        {"two of one Host", more("Host: a\r\nHost: a\r\n"), "400!"},
        {"two Hosts", more("Host: a\r\nHost: b\r\n"), "400!"},
        {"two Hosts in two cases", more("Host: a\r\nX: y\r\nhOST: a\r\n"), "400!"},
        {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400!"},
        {"a list of Hosts", with_host("a, b"), "400!"},
        {"a list of Hosts without a space", with_host("a,b"), "400!"},
        {"a Host with a port", with_host("a:8080"), "200"},
        {"a Host with an empty port", with_host("a:"), "200"},
        {"a Host in lower case, after a tab", "GET / HTTP/1.1\r\nhoSt:\ta\r\n\r\n", "200"},
        {"an IPv4 Host", with_host("127.0.0.1:80"), "200"},
        {"an IPv6 Host", with_host("[::1]:80"), "200"},
        {"an IPv6 Host without a port", with_host("[2001:db8::1]"), "200"},
        {"an IPv6 Host without brackets", with_host("::1"), "400!"},
        {"an IPv6 Host not closed", with_host("[::1"), "400!"},
        {"a malformed IPv6 Host", with_host("[a]"), "400!"},
        {"an empty IPv6 Host", with_host("[]"), "400!"},
        {"an IPv6 Host with a tail", with_host("[::1]a"), "400!"},
        {"an IPv6 Host of too many groups", with_host("[1:2:3:4:5:6:7:8:9]"), "400!"},
        {"a Host with userinfo", with_host("u@a"), "400!"},
        {"a Host with a password", with_host("u:p@a"), "400!"},
        {"a Host with a path", with_host("a/b"), "400!"},
        {"a Host with a scheme", with_host("http://a"), "400!"},
        {"a Host with a query", with_host("a?b"), "400!"},
        {"a Host with a fragment", with_host("a#b"), "400!"},
        {"a Host with a space", with_host("a b"), "400!"},
        {"a Host with a port of letters", with_host("a:http"), "400!"},
        {"a Host with a negative port", with_host("a:-1"), "400!"},
        {"a Host with a port too large", with_host("a:65536"), "400!"},
        {"a Host with two ports", with_host("a:80:80"), "400!"},
        {"a Host of a port only", with_host(":80"), "400!"},
        {"a Host not ASCII", with_host("\xc3\xa4"), "400!"},
        {"a Host with a NUL", with_host("a\0b"s), "400!"},
        {"a Host with a backslash", with_host("a\\b"), "400!"},
        {"a Host with a bad escape", with_host("a%zz"), "400!"},
        {"a Host folded", more("Host:\r\n a\r\n"), "400!"},
        {"a space before Host's colon", more("Host : a\r\n"), "400!"},
    };
}

inline std::vector<strict_case> fields()
{
    std::string many;
    for (int i = 0; i < 10'000; ++i) {
        many += "X-H-" + std::to_string(i) + ": v\r\n";
    }
    return {
        {"an empty value", get("X:\r\nY: \r\n"), "200"},
        {"white space around a value", get("X: \t a \t \r\n"), "200"},
        {"every token character", get("!#$%&'*+-.^_`|~09azAZ: x\r\n"), "200"},
        {"bytes beyond ASCII in a value", get("X: caf\xc3\xa9\r\n"), "200"},
        {"a colon in a value", get("X: a:b\r\n"), "200"},
        {"a NUL after a name", get("X\0: a\r\n"s), "400!"},
        {"a control byte in a name", get("X\x1fY: a\r\n"), "400!"},
        {"a DEL in a name", get("X\x7f: a\r\n"), "400!"},
        {"a slash in a name", get("X/Y: a\r\n"), "400!"},
        {"a request line as a field", get("GET / HTTP/1.1\r\n"), "400!"},
        {"a fold of the last field", get("X: a\r\n\t\r\n"), "400!"},
        {"a fold before the empty line", get("X: a\r\n \t \r\n"), "400!"},
        {"a field line of CR", get("\r\r\n"), "400!"},
        {"a folded line", get("X: a\r\n b\r\n"), "400!"},
        {"a line folded by a tab", get("X: a\r\n\tb\r\n"), "400!"},
        {"an empty folded line", get("X: a\r\n \r\n"), "400!"},
        {"a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400!"},
        {"a line of a space before the first field", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n", "400!"},
        {"a tab before the first field", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "400!"},
        {"a space before the colon", get("X : a\r\n"), "400!"},
        {"a tab before the colon", get("X\t: a\r\n"), "400!"},
        {"no colon", get("NoColon\r\n"), "400!"},
        {"no name", get(": a\r\n"), "400!"},
        {"a bracket in a name", get("Bad[Name: a\r\n"), "400!"},
        {"a space in a name", get("Bad Name: a\r\n"), "400!"},
        {"a tab in a name", get("Content\tLength: 9\r\n"), "400!"},
        {"a quote in a name", get("\"X\": a\r\n"), "400!"},
        {"a NUL in a name", get("X\0Y: a\r\n"s), "400!"},
        {"a name not ASCII", get("X-T\xc3\xab: a\r\n"), "400!"},
        {"a NUL in a value", get("X: a\0b\r\n"s), "400!"},
        {"a NUL in a cookie", get("Cookie: a=\0b\r\n"s), "400!"},
        {"control bytes in a value", get("X: a\x07\x08\x0b\r\n"), "400!"},
        {"an escape byte in a value", get("X: \x1b[0m\r\n"), "400!"},
        {"a DEL in a value", get("X: \x7f\r\n"), "400!"},
        {"bare CR in a value", get("X: a\rb\r\n"), "400!"},
        {"bare CR as a line's end", get("X: a\rY: b\r\n"), "400!"},
        {"CR at the end of a value", get("X: a\r\r\n"), "400!"},
        {"bare LF as a line's end", get("X: a\nY: b\r\n"), "400!"},
        {"bare LF as the head's end", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400!"},
        {"LF CR LF as the head's end", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400!"},
        {"bare CR in a line that has not ended", "GET / HTTP/1.1\r\nHost: a\rX", "400!"},
        {"bare CR instead of the head's end", "GET / HTTP/1.1\r\nHost: a\r\n\rhello", "400!"},
        {"CR in the head's end", "GET / HTTP/1.1\r\nHost: a\r\n\rX: a\r\n\r\n", "400!"},
        {"two types", post("Content-Type: text/plain\r\nContent-Type: text/html\r\nContent-Length: 0\r\n"), "400!"},
        {"a long value", get("X: " + std::string(8000, 'x') + "\r\n"), "200"},
        {"a value of 100 KB", get("X: " + std::string(100'000, 'x') + "\r\n"), "431!"},
        {"a name of 100 KB", get(std::string(100'000, 'x') + ": x\r\n"), "431!"},
        {"10,000 fields", get(many), "431!"},
        {"a cookie of 64 KB", get("Cookie: a=" + std::string(65'536, 'x') + "\r\n"), "431!"},
        {"a malformed cookie", get("Cookie: ===;;;\r\n"), "200"},
        {"a field without end", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x'), "431!"},
    };
}

inline std::vector<strict_case> lengths()
{
    const auto length = [](std::string_view value, std::string_view body = "hello") {
        return post("Content-Length: " + std::string(value) + "\r\n", body);
    };
    return {
        {"a length", length("5"), "200"},
        {"a length with white space around", length(" \t5 \t"), "200"},
        {"a length after a tab", post("Content-Length:\t5\r\n", "hello"), "200"},
        {"no length", length("0", ""), "200"},
        {"neither length nor coding", post(""), "200"},
        {"two requests with a length", length("5") + length("5"), "200 200"},
        {"GET with a body", post("Content-Length: 5\r\n", "hello", "GET") + get(""), "200 200"},
        {"HEAD with a body", post("Content-Length: 5\r\n", "hello", "HEAD") + get(""), "200 200"},
        {"OPTIONS with a body", post("Content-Length: 5\r\n", "hello", "OPTIONS") + get(""), "204 200"},
        {"DELETE with a body", post("Content-Length: 5\r\n", "hello", "DELETE") + get(""), "405 200"},
        {"TRACE with a body", post("Content-Length: 5\r\n", "hello", "TRACE") + get(""), "405 200"},
        {"a request as a body", post("Content-Length: 33\r\n", get("X: y\r\n"), "GET") + get(""), "200 200"},
        {"a body shorter than its length", length("10"), ""},
        {"a length without a body", length("5", ""), ""},
        {"bytes after a body of no length", length("0", "X") + get(""), "200 501!"},
        {"a length, then an empty one", post("Content-Length: 5\r\nContent-Length:\r\n", "hello"), "400!"},
        {"a length under a name with a NUL", post("Content-Length\0: 5\r\n"s, "hello"), "400!"},
        {"a length without a space before it", post("Content-Length:5\r\n", "hello"), "200"},
        {"a length in brackets", length("(5)"), "400!"},
        {"a length with a line end escaped", length("5%0d%0a"), "400!"},
        {"a length of HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "200."},
        {"no length in HTTP/1.0", "POST / HTTP/1.0\r\n\r\n", "200."},
        {"an empty length", length(""), "400!"},
        {"a sign", length("+5"), "400!"},
        {"a minus", length("-5"), "400!"},
        {"minus zero", length("-0", ""), "400!"},
        {"a minus that overflows", length("-123456789123456789123456789"), "400!"},
        {"a hexadecimal length", length("0x5"), "400!"},
        {"hexadecimal digits", length("a"), "400!"},
        {"an octal length", length("0o5"), "400!"},
        {"leading zeros", length("005"), "400!"},
        {"two zeros", length("00", ""), "400!"},
        {"octal or decimal", length("0200"), "400!"},
        {"an underscore in a length", length("1_0"), "400!"},
        {"a space in a length", length("1 0"), "400!"},
        {"a comma in a length", length("1,0"), "400!"},
        {"a point in a length", length("5.0"), "400!"},
        {"an exponent", length("5e0"), "400!"},
        {"letters", length("abc"), "400!"},
        {"letters after a length", length("5x"), "400!"},
        {"a quoted length", length("\"5\""), "400!"},
        {"a semicolon after a length", length("5;"), "400!"},
        {"a NUL after a length", length("5\0"s), "400!"},
        {"a vertical tab before a length", length("\v5"), "400!"},
        {"digits beyond ASCII", length("\xd9\xa5"), "400!"},
        {"more than 64 bits", length("18446744073709551621"), "400!"},
        {"much more than 64 bits", length("99999999999999999999999999"), "400!"},
        {"a list of one length", length("5, 5"), "400!"},
        {"a list of three", length("5, 5, 5"), "400!"},
        {"a list of two lengths", length("5, 10"), "400!"},
        {"a list with a gap", length(",5"), "400!"},
        {"two of one length", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400!"},
        {"two lengths", post("Content-Length: 5\r\nContent-Length: 10\r\n", "helloworld"), "400!"},
        {"two lengths in two cases", post("Content-Length: 5\r\ncONTENT-lENGTH: 0\r\n", "hello"), "400!"},
        {"a length folded", post("Content-Length:\r\n 5\r\n", "hello"), "400!"},
        {"a space before a length's colon", post("Content-Length: 5\r\nContent-Length : 0\r\n", "hello"), "400!"},
        {"a length with an underscore", post("Content-Length: 5\r\nContent_Length: 9\r\n", "hello"), "400!"},
        {"a length above the limit", length("1048577", ""), "413!"},
        {"a length of 64 bits", length("18446744073709551615", ""), "413!"},
        {"a length of a gigabyte", length("999999999", ""), "413!"},
    };
}

inline std::vector<strict_case> codings()
{
    const auto smuggled = "0\r\n\r\n" + get("");
    const auto coding = [](std::string_view value, std::string_view more = "") {
        return post("Transfer-Encoding: " + std::string(value) + "\r\n" + std::string(more), "0\r\n\r\n" + get(""));
    };
    const auto with_length = [](std::string_view value) {
        return post("Transfer-Encoding: " + std::string(value) + "\r\nContent-Length: 5\r\n", "0\r\n\r\n" + get(""));
    };
    return {
        {"chunked", coding("chunked"), "200 200"},
        {"chunked in upper case", coding("CHUNKED"), "200 200"},
        {"chunked after a tab", coding("\tchunked \t"), "200 200"},
        {"an empty element before it", coding(", chunked"), "200 200"}, // RFC 9110, 5.6.1.2
        {"an empty element after it", coding("chunked,"), "200 200"},
        {"a coding before its host", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n" + smuggled,
         "200 200"},
        {"length and coding", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"coding and length", with_length("chunked"), "400!"},
        {"coding and length, chunked in another case", with_length("Chunked"), "400!"},
        {"coding and length, with a tab", with_length("\tchunked"), "400!"},
        {"coding and length, with a space after it", with_length("chunked "), "400!"},
        {"coding and length, with a comma", with_length(", chunked"), "400!"},
        {"coding and length, with a comma after it", with_length("chunked,"), "400!"},
        {"coding and length, twice chunked", with_length("chunked, chunked"), "400!"},
        {"coding and length, identity", with_length("identity"), "400!"},
        {"coding and length, xchunked", with_length("xchunked"), "400!"},
        {"coding and length, empty", with_length(""), "400!"},
        {"coding and length, parameters", with_length("chunked;ext=val"), "400!"},
        {"coding and a bad length", post("Content-Length: +6\r\nTransfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"coding and no length", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"gzip", coding("gzip"), "400!"}, // the end of the body is unknown (RFC 9112, section 6.3)
        {"xchunked", coding("xchunked"), "400!"},
        {"chunkedx", coding("chunkedx"), "400!"},
        {"identity", coding("identity"), "400!"},
        {"chunked without a space before it", post("Transfer-Encoding:chunked\r\n", smuggled), "200 200"},
        {"chunked under a name in mixed case", post("tRaNsFeR-eNcOdInG: chunked\r\n", smuggled), "200 200"},
        {"chunked in HTTP/1.2", "POST / HTTP/1.2\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
         "200 200"},
        {"chunked under a name with a NUL", post("Transfer-Encoding\0: chunked\r\n"s, smuggled), "400!"},
        {"chunked under a name with a vertical tab", post("Transfer-Encoding\v: chunked\r\n", smuggled), "400!"},
        {"chunked after a bare CR in the line before", post("X: y\r\r\nTransfer-Encoding: chunked\r\n", smuggled),
         "400!"},
        {"single-quoted", coding("'chunked'"), "400!"},
        {"chunked=chunked", coding("chunked=chunked"), "400!"},
        {"a percent escape", coding("%63hunked"), "400!"},
        {"chunked in a list with a NUL", coding("chunked,\0"s), "400!"},
        {"chunked between commas", coding(",,chunked,,"), "200 200"},
        {"gzip twice, chunked", coding("gzip, gzip, chunked"), "501!"},
        {"gzip in a field, chunked in another", coding("gzip", "Transfer-Encoding: chunked\r\n"), "501!"},
        {"gzip, chunked", coding("gzip, chunked"), "501!"},
        {"chunked, gzip", coding("chunked, gzip"), "400!"},
        {"chunked, identity", coding("chunked, identity"), "400!"},
        {"identity, chunked", coding("identity, chunked"), "501!"},
        {"chunked, chunked", coding("chunked, chunked"), "400!"},
        {"an empty coding", coding(""), "400!"},
        {"only a comma", coding(","), "400!"},
        {"chunked with a parameter", coding("chunked;q=1"), "400!"},
        {"chunked with a semicolon", coding("chunked;"), "400!"},
        {"quoted", coding("\"chunked\""), "400!"},
        {"two words", coding("chunked identity"), "400!"},
        {"a vertical tab before it", coding("\vchunked"), "400!"},
        {"a form feed before it", coding("\fchunked"), "400!"},
        {"a NUL after it", coding("chunked\0"s), "400!"},
        {"a NUL before it", coding("\0chunked"s), "400!"},
        {"a CR before it", coding("\rchunked"), "400!"},
        {"a no-break space before it",
         coding("\xa0"
                "chunked"),
         "400!"},
        {"two of them", coding("chunked", "Transfer-Encoding: chunked\r\n"), "400!"},
        {"chunked, then identity in a field", coding("chunked", "Transfer-Encoding: identity\r\n"), "400!"},
        {"identity, then chunked in a field", coding("identity", "Transfer-Encoding: chunked\r\n"), "501!"},
        {"an empty one, then chunked", coding("", "Transfer-Encoding: chunked\r\n"), "200 200"},
        {"folded", post("Transfer-Encoding:\r\n chunked\r\n", smuggled), "400!"},
        {"folded with a length", post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", smuggled), "400!"},
        {"a space before its colon", post("Transfer-Encoding : chunked\r\n", smuggled), "400!"},
        {"a space in front of its name", post(" Transfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"in the value of another field", post("X: y\rTransfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"after a bare LF", post("X: y\nTransfer-Encoding: chunked\r\n", smuggled), "400!"},
        {"with an underscore", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "hello"), "400!"},
        {"with a control byte in its name", post("Transfer\x01-Encoding: chunked\r\n", smuggled), "400!"},
        {"in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, "400!"},
        {"in HTTP/1.0 with a length",
         "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + smuggled, "400!"},
        {"on a GET", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, "200 200"},
        {"an unknown field of that kind", post("X-Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "hello"),
         "200"},
        {"TE is no coding of the request", get("TE: trailers, chunked\r\n"), "200"},
    };
}

inline std::vector<strict_case> chunked_bodies()
{
    return {
        {"one chunk", chunks("5\r\nhello\r\n0\r\n\r\n") + get(""), "200 200"},
        {"two chunks", chunks("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), "200"},
        {"no chunk", chunks("0\r\n\r\n"), "200"},
        {"upper case digits", chunks("A\r\n0123456789\r\n0\r\n\r\n"), "200"},
        {"lower case digits", chunks("a\r\n0123456789\r\n0\r\n\r\n"), "200"},
        {"leading zeros in a size", chunks("0005\r\nhello\r\n000\r\n\r\n") + get(""), "200 200"},
        {"many leading zeros", chunks(std::string(40, '0') + "5\r\nhello\r\n0\r\n\r\n"), "200"},
        {"an extension", chunks("5;ext=value\r\nhello\r\n0\r\n\r\n"), "200"},
        {"an extension without a value", chunks("5;ext\r\nhello\r\n0;last\r\n\r\n"), "200"},
        {"two extensions", chunks("5;a=b;c=d\r\nhello\r\n0\r\n\r\n"), "200"},
        {"a quoted extension", chunks("5;a=\"b;\\\" c\"\r\nhello\r\n0\r\n\r\n"), "200"},
        {"white space around an extension", chunks("5 ; a = b\r\nhello\r\n0\r\n\r\n"), "200"}, // RFC 9110, 5.6.3
        {"a trailer", chunks("5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n") + get(""), "200 200"},
        {"two trailers", chunks("0\r\nX-A: b\r\nX-B: c\r\n\r\n") + get(""), "200 200"},
        {"no last chunk", chunks("5\r\nhello\r\n"), ""},
        {"no end of the trailers", chunks("5\r\nhello\r\n0\r\n"), ""},
        {"part of a size", chunks("5"), ""},
        {"part of a chunk", chunks("5\r\nhel"), ""},
        {"part of a chunk's end", chunks("5\r\nhello\r"), ""},
        {"a body without chunks", chunks("hello"), ""},
        {"a body without chunks, with a line end", chunks("hello\r\n"), "400!"},
        {"a size of 64 bits and leading zeros", chunks("000ffffffffffffffff\r\n"), "413!"},
        {"a vertical tab after a size", chunks("5\v\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a NUL before a size",
         chunks("\0"
                "5\r\nhello\r\n0\r\n\r\n"s),
         "400!"},
        {"an escaped size", chunks("%35\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"digits beyond ASCII in a size", chunks("\xef\xbc\x95\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a bracket in a size", chunks("(5)\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"an extension with CR CR LF", chunks("5;a\r\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"an extension's name alone, then a chunk", chunks("5;a\r\nhello\r\n5;b=c\r\nworld\r\n0;d\r\n\r\n"), "200"},
        {"bare LF ends the last size of an extension", chunks("0;a\n\r\n"), "400!"},
        {"a request after the last chunk without an empty line", chunks("0\r\n" + get("")), "400!"},
        {"Expect as a trailer", chunks("0\r\nExpect: 100-continue\r\n\r\n"), "400!"},
        {"a sign in a size", chunks("+5\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a minus in a size", chunks("-1\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a sign before the last chunk", chunks("+0\r\n\r\n") + get(""), "400!"},
        {"0x in a size", chunks("0x5\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"0X in the last size", chunks("0X0\r\n\r\n"), "400!"},
        {"no digit of a size", chunks("g\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a letter after a size", chunks("5g\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"an underscore in a size", chunks("1_0\r\nhello world!!!!!\r\n0\r\n\r\n"), "400!"},
        {"a point in a size", chunks("5.0\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a space before a size", chunks(" 5\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a space after a size", chunks("5 \r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a tab after a size", chunks("5\t\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a space in a size", chunks("1 0\r\n0123456789abcdef\r\n0\r\n\r\n"), "400!"},
        {"a quoted size", chunks("\"5\"\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a NUL after a size", chunks("5\0\r\nhello\r\n0\r\n\r\n"s), "400!"},
        {"a comma in a size", chunks("5,5\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"no size", chunks("\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"only an extension", chunks(";a\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a size of more than 64 bits", chunks("10000000000000005\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a size much larger", chunks("FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a size of 64 bits", chunks("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), "413!"},
        {"a sum that overflows", chunks("5\r\nhello\r\nfffffffffffffffc\r\nabcd\r\n0\r\n\r\n"), "413!"},
        {"a size over the limit", chunks("100001\r\n"), "413!"},
        {"a semicolon alone", chunks("5;\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a value without a name", chunks("5;=b\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a name without its value", chunks("5;a=\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a bracket in an extension", chunks("5;bad[=x\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a space in an extension", chunks("5;a b\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a space after an extension", chunks("5;a \r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a NUL in an extension", chunks("5;a\0b\r\nhello\r\n0\r\n\r\n"s), "400!"},
        {"a quote not closed", chunks("5;a=\"b\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a NUL in quotes", chunks("5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s), "400!"},
        {"bare LF in quotes", chunks("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a line end in quotes", chunks("5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare CR in an extension", chunks("5;a\rb\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare LF ends an extension", chunks("5;a\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare LF after a semicolon", chunks("5;\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare LF ends a size", chunks("5\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare CR ends a size", chunks("5\rhello\r\n0\r\n\r\n"), "400!"},
        {"bare LF ends a chunk", chunks("5\r\nhello\n0\r\n\r\n"), "400!"},
        {"bare CR ends a chunk", chunks("5\r\nhello\r0\r\n\r\n"), "400!"},
        {"LF CR ends a chunk", chunks("5\r\nhello\n\r0\r\n\r\n"), "400!"},
        {"nothing ends a chunk", chunks("5\r\nhello0\r\n\r\n"), "400!"},
        {"a chunk longer than its size", chunks("5\r\nhello!!\r\n0\r\n\r\n"), "400!"},
        {"a chunk shorter than its size", chunks("6\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"bare LF ends the last size", chunks("0\n\r\n"), "400!"},
        {"bare LF ends the body", chunks("5\r\nhello\r\n0\r\n\n"), "400!"},
        {"bare CR after the last chunk", chunks("0\r\n\rX: y\r\n\r\n"), "400!"},
        {"bare LF ends a trailer", chunks("0\r\nX: y\n\r\n"), "400!"},
        {"a folded trailer", chunks("0\r\nX: y\r\n z\r\n\r\n"), "400!"},
        {"a space before a trailer's colon", chunks("0\r\nX : y\r\n\r\n"), "400!"},
        {"no colon in a trailer", chunks("0\r\nGET / HTTP/1.1\r\n\r\n"), "400!"},
        {"a NUL in a trailer", chunks("0\r\nX: \0\r\n\r\n"s), "400!"},
        {"a length as a trailer", chunks("0\r\nContent-Length: 5\r\n\r\n"), "400!"},
        {"a coding as a trailer", chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400!"},
        {"Host as a trailer", chunks("0\r\nhost: evil\r\n\r\n"), "400!"},
        {"credentials as a trailer", chunks("0\r\nAuthorization: Bearer x\r\n\r\n"), "400!"},
        {"a type as a trailer", chunks("0\r\nContent-Type: text/evil\r\n\r\n"), "400!"},
        {"an extension of 64 KB", chunks("5;a=" + std::string(65'536, 'x') + "\r\nhello\r\n0\r\n\r\n"), "400!"},
        {"a size line without end", chunks("5;a=" + std::string(5000, 'x')), "400!"},
        {"trailers of 64 KB", chunks("0\r\nX: " + std::string(65'536, 'x') + "\r\n\r\n"), "431!"},
    };
}

inline std::vector<strict_case> connections()
{
    const auto old = [](std::string_view fields, std::string_view body = "") {
        return (body.empty() ? "GET" : "POST") + " / HTTP/1.0\r\n"s + std::string(fields) + "\r\n" + std::string(body);
    };
    return {
        {"close", get("Connection: close\r\n") + get(""), "200."},
        {"close in another case", get("connection: CLOSE\r\n") + get(""), "200."},
        {"close in a list", get("Connection: keep-alive, X-A,, close\r\n") + get(""), "200."},
        {"close in a second field", get("Connection: keep-alive\r\nConnection: close\r\n") + get(""), "200."},
        {"keep-alive", get("Connection: keep-alive\r\n") + get(""), "200 200"},
        {"a field named by Connection", get("Connection: X-Hop\r\nX-Hop: 1\r\n"), "200"},
        {"Connection empty", get("Connection:\r\n"), "200"},
        {"Connection names a length", post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"), "200"},
        {"Connection names Host", get("Connection: Host\r\n"), "200"},
        {"Connection quoted", get("Connection: \"close\"\r\n"), "400!"},
        {"close with a refusal", get("Connection: keep-alive\r\nBad\r\n") + get(""), "400!"},
        {"Connection malformed", get("Connection: a b\r\n"), "400!"},
        {"Proxy-Connection is no Connection", get("Proxy-Connection: close\r\n") + get(""), "200 200"},
        {"HTTP/1.0", old("") + get(""), "200."},
        {"HTTP/1.0 with keep-alive", old("Connection: keep-alive\r\n") + get(""), "200 200"},
        {"HTTP/1.0 with keep-alive and close", old("Connection: keep-alive, close\r\n") + get(""), "200."},
        {"HTTP/1.0 and Proxy-Connection", old("Proxy-Connection: keep-alive\r\n") + get(""), "200."},
        {"an upgrade", get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\n"), "200"},
        {"an upgrade to h2c", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"),
         "200"},
        {"an upgrade of HTTP/1.0", old("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "200."},
        {"an upgrade without Connection", get("Upgrade: websocket\r\n"), "200"},
        {"an upgrade of POST",
         post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "hello") + get(""), "200 200"},
        {"Expect with its body", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello") + get(""), "200 200"},
        {"Expect without a body", get("Expect: 100-continue\r\n"), "200"},
        {"an unknown expectation", get("Expect: 200-ok\r\n"), "417!"},
        {"an unknown expectation next to a known one", get("Expect: 100-continue\r\nExpect: x\r\n"), "417!"},
        {"an unknown expectation in a list", get("Expect: 100-continue, x\r\n"), "417!"},
        {"an empty expectation", get("Expect:\r\n"), "417!"},
        {"an expectation of HTTP/1.0", old("Expect: x\r\n"), "200."},
        {"100-continue of HTTP/1.0", old("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), "200."},
        {"a request after a refused one", "GET /\r\n" + get(""), "400!"},
        {"a request after a refused body", chunks("x\r\n") + get(""), "400!"},
    };
}

} // namespace strict

/// Returns the cases of public suites for HTTP/1.1 conformance and request smuggling, and other cases.
inline std::vector<strict_case> strict_cases()
{
    std::vector<strict_case> all;
    for (auto* const group : {strict::request_lines, strict::targets, strict::hosts, strict::fields, strict::lengths,
                              strict::codings, strict::chunked_bodies, strict::connections})
    {
        for (auto& one : group()) {
            all.push_back(std::move(one));
        }
    }
    return all;
}

/// One expected response: the status, or 0 at the end of the list, and its mark, or ' ' without a mark.
struct strict_answer
{
    unsigned status = 0;
    char end = ' ';
};

/// Removes the next expected response from the list and returns it.
inline strict_answer take_answer(std::string_view& answers)
{
    strict_answer next;
    while (!answers.empty() && answers.front() >= '0' && answers.front() <= '9') {
        next.status = next.status * 10 + static_cast<unsigned>(answers.front() - '0');
        answers.remove_prefix(1);
    }
    if (!answers.empty()) {
        next.end = answers.front();
        answers.remove_prefix(1);
    }
    return next;
}

} // namespace rill_test
