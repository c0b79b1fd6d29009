// Chunked bodies. The first byte of the input selects the limits and the cuts of the rest.

#include "fuzz.hpp"
#include "plain_chunks.hpp"
#include "transport/chunk_decoder.hpp"

namespace {

using namespace rill_fuzz;
using rill::transport::chunk_decoder;

struct outcome
{
    chunk_decoder::state state = chunk_decoder::state::need_more;
    std::string body;
    std::string rejection;
    std::size_t left = 0;

    bool operator==(const outcome&) const = default;
};

outcome decode(const std::vector<std::string>& pieces, const rill::connection_limits& limits)
{
    chunk_decoder decoder(limits);
    outcome out;
    std::string input;
    for (const auto& piece : pieces) {
        input += piece;
        if (out.state == chunk_decoder::state::need_more) {
            std::string_view rest(input);
            out.state = decoder.put(rest, out.body);
            input.erase(0, input.size() - rest.size());
        }
    }
    out.rejection = std::to_string(static_cast<unsigned>(decoder.rejection().status)) + decoder.rejection().detail;
    out.left = out.state == chunk_decoder::state::rejected ? 0 : input.size();
    return out;
}

std::string encode(std::string_view body, std::uint8_t seed)
{
    std::string out;
    for (const auto& piece : cut(body, seed)) {
        char size[20];
        std::snprintf(size, sizeof size, seed % 2 == 0 ? "%zx" : "%04zX", piece.size());
        out += size + std::string(seed % 3 == 0 ? ";a=\"b;\\\"\"\r\n" : "\r\n") + piece + "\r\n";
    }
    return out + (seed % 5 == 0 ? "0\r\nX-Sum: 1\r\n\r\n" : "0\r\n\r\n");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    source in(data, size);
    const auto seed = in.byte();
    const auto bytes = in.rest();
    rill::connection_limits limits;
    const auto encoded = encode(bytes, seed);
    limits.max_head_bytes = 64 + 16 * bytes.size(); // room for the extensions
    const auto decoded = decode(cut(encoded + "more", seed | 2), limits);
    require(decoded.state == chunk_decoder::state::complete && decoded.body == bytes && decoded.left == 4,
            "decode(encode(x)) is x");

    limits = {};
    if ((seed & 1) != 0) {
        limits.max_head_bytes = 32;
        limits.max_body_bytes = 16;
    }
    const auto whole = decode(cut(bytes, 0), limits);
    require(decode(cut(bytes, 1), limits) == whole, "the result is the same byte by byte");
    require(decode(cut(bytes, seed | 2), limits) == whole, "the result is the same for any cut");
    require(whole.body.size() <= limits.max_body_bytes, "the limit holds");
    if (whole.state == chunk_decoder::state::complete) {
        const auto plain = read_plain_chunks(bytes);
        require(plain.text == whole.body && plain.bytes + whole.left == bytes.size(),
                "the body is the content of the chunks");
    }
    return 0;
}
