#include "harness/support/progress.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/support/clock.hpp"

namespace bench {

namespace {

constexpr std::int64_t terminal_interval = 200'000'000;
constexpr std::int64_t line_interval = 5'000'000'000;

progress::style style_for(std::FILE* out)
{
    const char* kind = std::getenv("TERM");
    const bool is_terminal = ::isatty(::fileno(out)) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
    return is_terminal ? progress::style::live : progress::style::lines;
}

// Cuts the text, because a wrapped line cannot be rewritten.
std::string cut_to_width(std::string text, std::FILE* out)
{
    winsize size{};
    const std::size_t columns = ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80U;
    text.resize(std::min(text.size(), columns - 1));
    return text;
}

} // namespace

progress::progress(std::FILE* out) : progress(out, style_for(out)) {}

void progress::show(const std::function<std::string()>& text)
{
    const auto now = now_ns();
    if (style_ == style::silent || now < next_) {
        return;
    }
    if (style_ == style::live) {
        std::fprintf(out_, "\r\x1b[K%s", cut_to_width(text(), out_).c_str());
        has_line_ = true;
        next_ = now + terminal_interval;
    } else {
        std::fprintf(out_, "%s\n", text().c_str());
        next_ = now + line_interval;
    }
    std::fflush(out_);
}

void progress::print(const std::string& text)
{
    if (style_ != style::silent) {
        clear();
        std::fprintf(out_, "%s\n", text.c_str());
        std::fflush(out_);
        next_ = now_ns() + (style_ == style::live ? 0 : line_interval);
    }
}

void progress::clear()
{
    if (has_line_) {
        std::fprintf(out_, "\r\x1b[K");
        std::fflush(out_);
        has_line_ = false;
    }
}

} // namespace bench
