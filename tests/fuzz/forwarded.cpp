// Header fields in which proxies send the address of the client. The first byte of the input selects the field and its
// format.

#include <rill/http/forwarded.hpp>

#include "fuzz.hpp"
#include "http/forwarded_elements.hpp"
#include "http/ip_address.hpp"

namespace {

using namespace rill_fuzz;

const std::string proxy = "10.0.0.1";
const std::string client = "203.0.113.7";

rill::trusted_proxies proxies(rill::forwarded_field field)
{
    return rill::trusted_proxies::parse("10.0.0.0/8, fd00::/8", field);
}

std::string address_of(const std::string& name, const std::string& value, const std::string& from)
{
    rill::request r;
    r.set_remote_address(from);
    const bool valid = r.fields().add(name, value).has_value();
    return valid ? client_address(r, proxies(name == "Forwarded" ? rill::forwarded_field::forwarded
                                                                 : rill::forwarded_field::x_forwarded_for))
                 : "(invalid)";
}

std::string quoted(const std::string& text, std::uint8_t seed)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || (seed & 4) != 0) {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

// Writes the parsed elements in another format, and reads them again.
void check_written_again(const std::string& value, std::uint8_t seed)
{
    const auto elements = rill::detail::parse_forwarded(value);
    if (!elements) {
        return;
    }
    require(!elements->empty(), "a valid field has at least one element");
    std::string again;
    for (const auto& [by, for_, host, proto] : *elements) {
        again += again.empty() ? "" : (seed & 8) != 0 ? " ,\t" : ",";
        again += "x=" + quoted("a,b;for=\"c", seed) + ";By=" + quoted(by, seed) + ";FOR=" + quoted(for_, seed) +
                 ";host=" + quoted(host, seed) + ";;proto=" + quoted(proto, seed);
    }
    const auto read = rill::detail::parse_forwarded(again);
    require(read && std::ranges::equal(*read, *elements,
                                       [](const auto& a, const auto& b) {
                                           return a.by == b.by && a.for_ == b.for_ && a.host == b.host &&
                                                  a.proto == b.proto;
                                       }),
            "the elements are the same after writing and reading");
}

void check_node(const std::string& text)
{
    const auto address = rill::detail::parse_ip_address(text);
    if (address) {
        require(rill::detail::parse_ip_address(address->to_string()) == address,
                "an address is the same after writing and reading");
        const auto in_brackets = rill::detail::node_address("[" + text + "]:80");
        require(rill::detail::node_address(text) == address, "the address of a node is the same");
        require(in_brackets == (text.find(':') == text.npos ? std::nullopt : address), "only IPv6 may have brackets");
        require(address->is_v4() == (address->to_string().find(':') == std::string::npos),
                "only IPv6 is written with colons");
    }
    const auto node = rill::detail::node_address(text);
    require(!node || text.find_first_not_of("0123456789abcdefABCDEF.:[]_-") == text.npos ||
                text.find(":_") != text.npos,
            "a node is an address and a port");
}

// Returns the right-most address that is not a trusted proxy. If an entry is invalid, returns the trusted address to
// the right of it.
std::string expected(const std::string& value)
{
    std::string known = proxy;
    auto entries = split(value, ",");
    for (auto entry = entries.rbegin(); entry != entries.rend() && !value.empty(); ++entry) {
        const auto told = rill::detail::node_address(bare(*entry));
        if (!told) {
            break;
        }
        known = told->to_string();
        const bool trusted = told->is_v4() ? known.starts_with("10.") : known.starts_with("fd");
        if (!trusted || (!told->is_v4() && known.find(':') != 4)) {
            break;
        }
    }
    return known;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto seed = in.byte();
    const auto value = in.rest();
    check_written_again(value, seed);
    check_node(value);

    const auto told = address_of("X-Forwarded-For", value, proxy);
    if (told == "(invalid)") {
        return 0;
    }
    require(told == expected(value), "the client is the last address that is not a trusted proxy");
    for (const std::string name : {"X-Forwarded-For", "Forwarded"}) {
        require(address_of(name, value, client) == client, "only a trusted proxy may set the address");
        // The text of a client is to the left of the text that the proxies add.
        const auto node = name == "Forwarded" ? "for=" + client : client;
        const auto seen = address_of(name, value + ", " + node, proxy);
        require(seen == client || (name == "Forwarded" && seen == proxy), "a client cannot send another address");
        const auto hop = name == "Forwarded" ? ", for=10.2.3.4" : ", 10.2.3.4";
        const auto further = address_of(name, value + ", " + node + hop, proxy);
        require(further == client || (name == "Forwarded" && further == proxy),
                "a client behind two proxies cannot send another address");
    }
    return 0;
}
