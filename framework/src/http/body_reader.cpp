#include <rill/http/body_reader.hpp>

#include <boost/asio/post.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace rill::detail {

namespace {

/// A body that has already arrived.
class whole_body final : public body_source
{
public:
    explicit whole_body(std::string text) : text_(std::move(text)) { announced = text_.size(); }

private:
    bool advance(error_code /*woken*/) override
    {
        too_large_ = too_large_ || (!returned_ && text_.size() > limit);
        if (too_large_) {
            return found(error::body_too_large);
        }
        if (ended_) {
            return found(boost::asio::error::eof);
        }
        const auto bytes = std::exchange(returned_, true) ? std::string_view() : std::string_view(text_);
        ended_ = bytes.empty();
        return found({}, bytes);
    }

    bool can_wait() const noexcept override { return false; }
    void begin_wait(waiting_read /*read*/, bool /*at_once*/) override {}
    void abort_wait() override {}
    void drop_wait() override {}

    std::string text_;
    bool too_large_ = false;
    bool returned_ = false;
    bool ended_ = false;
};

} // namespace

void body_source::resume(error_code woken)
{
    const auto self = shared_from_this(); // the handler may own the source and destroy it
    if (!reader_) {
        return;
    }
    if (!is_found_ && !advance(woken)) {
        begin_wait(waiting_read(*this), false);
        return;
    }
    is_found_ = false;
    const auto result = outcome_;
    reader_.complete(result);
}

// Used by a source that finishes without waiting for a connection. See can_wait().
void body_source::defer_resume(boost::asio::io_context& context)
{
    boost::asio::post(context, [self = shared_from_this(), read = waiting_read(*this)]() mutable { read({}); });
}

void body_source::cancel(boost::asio::cancellation_type type)
{
    if (!ends_operation(type) || !reader_) {
        return;
    }
    if (destroys_coroutine()) {
        const auto self = shared_from_this();
        drop_wait();
        drop_reader();
    } else {
        abort_wait();
    }
}

void body_source::drop_reader()
{
    const auto self = shared_from_this();
    reader_.reset();
}

std::shared_ptr<body_source> source_of(request& r)
{
    if (!r.body_source()) {
        r.set_body_source(std::make_shared<whole_body>(r.take_body()));
    }
    return r.body_source();
}

bool is_body_error(const error_code& ec) noexcept
{
    return ec == error::body_too_large || ec == error::body_malformed || ec == error::body_too_slow;
}

awaitable<> read_whole_body(request& r)
{
    body_reader body(r);
    body.set_limit(r.body_source()->whole_limit);
    std::string text;
    while (auto chunk = co_await body.read()) {
        text.append(*chunk);
    }
    r.set_body_source(nullptr);
    r.set_body(std::move(text));
}

} // namespace rill::detail
