#include <rill/routing/middleware.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>

namespace rill::middleware {

namespace {

using sink_type = std::function<void(std::string_view)>;
using clock = std::chrono::steady_clock;

constexpr unsigned client_closed_request = 499;

std::string shown(std::string_view text)
{
    std::string safe(text);
    std::ranges::replace_if(
        safe, [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }, '?');
    return safe;
}

std::string body_size(const response& r)
{
    if (const auto* text = std::get_if<std::string>(&r.body())) {
        return std::to_string(text->size());
    }
    if (const auto* file = std::get_if<file_body>(&r.body())) {
        return std::to_string(file->length);
    }
    return "-";
}

std::string milliseconds(clock::duration time)
{
    const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(time).count() / 100;
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + "ms";
}

// Formats the part of the line that describes the request. Called before the handler, because handlers may change the
// request.
std::string request_part(const request& req)
{
    const auto address = req.remote_address().empty() ? std::string("-") : shown(req.remote_address());
    return address + " \"" + shown(req.method_name()) + ' ' + shown(req.target()) +
           (req.version() == 10 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
}

unsigned status_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted ? client_closed_request : 500;
    } catch (...) {
        return 500;
    }
}

awaitable<response> logged(std::shared_ptr<const sink_type> sink, request& req, const handler& next)
{
    const auto begin = clock::now();
    const auto line = request_part(req);
    std::exception_ptr error;
    response r;
    try {
        r = co_await next(req);
    } catch (...) {
        error = std::current_exception();
    }
    const auto code = error ? status_of(error) : static_cast<unsigned>(r.status());
    (*sink)(line + std::to_string(code) + ' ' + body_size(r) + ' ' + milliseconds(clock::now() - begin));
    if (error) {
        std::rethrow_exception(error);
    }
    co_return r;
}

} // namespace

middleware_function access_log(std::function<void(std::string_view line)> sink)
{
    auto shared = std::make_shared<const sink_type>(std::move(sink));
    return [shared = std::move(shared)](request& req, const handler& next) { return logged(shared, req, next); };
}

} // namespace rill::middleware
