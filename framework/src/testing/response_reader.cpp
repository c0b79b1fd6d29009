#include "testing/response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

namespace rill::testing::detail {

namespace http = boost::beast::http;

void response_reader::begin(std::string_view method)
{
    to_head_ = method == "HEAD";
    reset_parser();
    failure_.reset();
    parse();
}

void response_reader::reset_parser()
{
    parser_.emplace();
    parser_->eager(true);
    parser_->body_limit(boost::none);
    parser_->header_limit(UINT32_MAX);
    parser_->skip(to_head_);
}

void response_reader::feed(std::string_view bytes)
{
    unparsed_.append(bytes);
    parse();
}

void response_reader::parse()
{
    std::string_view left = unparsed_;
    error_code ec;
    while (!left.empty() && !failure_ && !parser_->is_done() && ec != http::error::need_more) {
        ec = {};
        left.remove_prefix(parser_->put(boost::asio::buffer(left), ec));
        if (ec && ec != http::error::need_more) {
            failure_ = ec;
        } else if (!ec && parser_->is_done() && parser_->get().result_int() < 200) {
            reset_parser();
        }
    }
    unparsed_.erase(0, unparsed_.size() - left.size()); // once, because each erase moves the rest
}

void response_reader::finish(bool reset)
{
    if (failure_ || parser_->is_done()) {
        return;
    }
    error_code ec = http::error::end_of_stream;
    if (reset) {
        ec = boost::asio::error::connection_reset;
    } else if (parser_->got_some()) {
        parser_->put_eof(ec);
    }
    if (ec) {
        failure_ = ec;
    }
}

rill::headers response_reader::headers() const
{
    rill::headers all;
    for (const auto& f : parser_->get()) {
        static_cast<void>(all.add(std::string(f.name_string()), std::string(f.value())));
    }
    return all;
}

std::string response_reader::take_body()
{
    return std::exchange(parser_->get().body(), {});
}

} // namespace rill::testing::detail
