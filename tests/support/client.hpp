#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/connection.hpp"

namespace rill_test {

struct received_event
{
    std::string data;
    std::string name;
    std::string id;
    std::size_t size = 0; ///< all bytes of the event, with the blank line
};

/// A small blocking HTTP client on a plain socket. It sends requests and reads responses, streamed or not. It uses no
/// code of the framework, so that a bug in that code cannot hide. Throws if the server sends nothing for `patience`.
class client : private connection
{
public:
    using connection::patience;

    explicit client(std::uint16_t port) : connection(port) {}

    void hang_up() { close(); }

    /// Sends a request and reads the head of its response. `fields` are header lines, each with its CRLF.
    client& request(std::string_view method, std::string_view target, std::string_view fields = {},
                    std::string_view body = {})
    {
        std::string text(method);
        text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
        if (!body.empty()) {
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        }
        text.append("\r\n").append(body);
        send(text);
        read_head();
        return *this;
    }
    client& get(std::string_view target, std::string_view fields = {}) { return request("GET", target, fields); }

    int status() const { return status_; }

    /// Returns the response header with this name. The name must be in lower case. Empty if the response has no such
    /// header.
    std::string header(std::string_view name) const
    {
        for (const auto& [key, value] : fields_) {
            if (key == name) {
                return value;
            }
        }
        return {};
    }

    /// Returns the rest of the body.
    std::string body()
    {
        while (receive_body()) {
        }
        return std::exchange(body_, {});
    }

    /// Returns the next event with data, or nothing if the stream has ended.
    std::optional<received_event> event()
    {
        for (;;) {
            const auto end = body_.find("\n\n");
            if (end != body_.npos) {
                const auto block = body_.substr(0, end + 1);
                body_.erase(0, end + 2);
                if (auto parsed = parse(block)) {
                    parsed->size = end + 2;
                    return parsed;
                }
            } else if (!receive_body()) {
                return std::nullopt;
            }
        }
    }

    /// Returns the next `count` events, or fewer if the stream ends.
    std::vector<received_event> events(std::size_t count)
    {
        std::vector<received_event> result;
        while (result.size() < count) {
            auto next = event();
            if (!next) {
                break;
            }
            result.push_back(std::move(*next));
        }
        return result;
    }

private:
    /// Appends received data to raw_. Returns false at the end of the connection.
    bool receive()
    {
        const auto count = connection::receive(raw_);
        if (count < 0) {
            throw std::runtime_error("client: the connection broke, or nothing came in time");
        }
        return count > 0;
    }

    std::string read_line()
    {
        auto end = raw_.find("\r\n");
        while (end == raw_.npos) {
            if (!receive()) {
                throw std::runtime_error("client: the response is incomplete");
            }
            end = raw_.find("\r\n");
        }
        auto line = raw_.substr(0, end);
        raw_.erase(0, end + 2);
        return line;
    }

    void read_head()
    {
        const auto status_line = read_line();
        if (status_line.size() < 12 || !status_line.starts_with("HTTP/1.1 ")) {
            throw std::runtime_error("client: not a status line: " + status_line);
        }
        status_ = std::stoi(status_line.substr(9, 3));
        fields_.clear();
        for (auto line = read_line(); !line.empty(); line = read_line()) {
            const auto colon = line.find(':');
            std::string name = line.substr(0, colon);
            for (auto& c : name) {
                c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            }
            fields_.emplace_back(std::move(name), line.substr(line.find_first_not_of(' ', colon + 1)));
        }
        chunked_ = header("transfer-encoding") == "chunked";
        left_ = 0;
        first_chunk_ = true;
        last_chunk_ = false;
        if (const auto length = header("content-length"); !length.empty()) {
            left_ = std::stoul(length);
        } else if (!chunked_) {
            left_ = SIZE_MAX; // up to the end of the connection
        }
    }

    /// Appends decoded data to body_. Returns false when the body is complete.
    bool receive_body()
    {
        if (left_ == 0 && (!chunked_ || !begin_chunk())) {
            return false;
        }
        if (raw_.empty() && !receive()) {
            if (left_ == SIZE_MAX) {
                return false;
            }
            throw std::runtime_error("client: the body is incomplete");
        }
        const auto n = std::min(left_, raw_.size());
        body_.append(raw_, 0, n);
        raw_.erase(0, n);
        left_ -= left_ == SIZE_MAX ? 0 : n;
        return true;
    }

    bool begin_chunk()
    {
        if (last_chunk_) {
            return false;
        }
        // A server may send the end of a chunk together with the next chunk.
        if (!std::exchange(first_chunk_, false) && !read_line().empty()) {
            throw std::runtime_error("client: a chunk is longer than announced");
        }
        const auto line = read_line();
        const auto parsed = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
        if (parsed.ec != std::errc()) {
            throw std::runtime_error("client: not a chunk: " + line);
        }
        last_chunk_ = left_ == 0;
        if (last_chunk_) {
            read_line(); // no trailers
        }
        return !last_chunk_;
    }

    static std::optional<received_event> parse(std::string_view block)
    {
        received_event result;
        bool has_data = false;
        while (!block.empty()) {
            const auto line = block.substr(0, block.find('\n'));
            block.remove_prefix(line.size() + 1);
            const auto colon = line.find(':');
            const auto name = line.substr(0, colon);
            auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
            value.remove_prefix(value.starts_with(' ') ? 1 : 0);
            if (name == "data") {
                result.data.append(has_data ? "\n" : "").append(value);
                has_data = true;
            } else if (name == "event") {
                result.name = value;
            } else if (name == "id") {
                result.id = value;
            }
        }
        return has_data ? std::optional(std::move(result)) : std::nullopt;
    }

    int status_ = 0;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::string raw_;      ///< received, not yet parsed
    std::string body_;     ///< decoded, not yet returned
    std::size_t left_ = 0; ///< unread bytes of the body, or of its current chunk
    bool chunked_ = false;
    bool first_chunk_ = true;
    bool last_chunk_ = false;
};

} // namespace rill_test
