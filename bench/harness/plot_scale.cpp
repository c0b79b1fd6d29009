#include "harness/plot_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::array round_steps{1.0, 2.0, 5.0, 10.0};

double decade_of(double value)
{
    return std::pow(10, std::floor(std::log10(value) + 1e-9));
}

/// The least round number that is not below `value`: 1, 2 or 5 times a power of ten.
double round_up(double value)
{
    const double decade = decade_of(value);
    for (const double step : round_steps) {
        if (step * decade >= value * (1 - 1e-9)) {
            return step * decade;
        }
    }
    return 10 * decade;
}

double round_down(double value)
{
    const double decade = decade_of(value);
    return value >= decade * 5 * (1 - 1e-9) ? decade * 5 : value >= decade * 2 * (1 - 1e-9) ? decade * 2 : decade;
}

std::string with_decimals(double value, int decimals)
{
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

plot_scale::plot_scale(bool logarithmic, double lowest, double highest, double first, double last)
    : logarithmic_(logarithmic), lowest_(lowest), highest_(highest), first_(first), last_(last)
{}

plot_scale plot_scale::linear(double highest, double first, double last)
{
    const double step = round_up(highest > 0 ? highest / 5 : 0.2);
    const double end = highest > 0 ? std::ceil(highest / step - 1e-9) * step : 1;
    return {false, 0, end, first, last};
}

plot_scale plot_scale::logarithmic(double lowest, double highest, double first, double last)
{
    const double begin = round_down(lowest);
    double end = round_up(highest);
    if (end <= begin) {
        end = begin * 10;
    }
    return {true, begin, end, first, last};
}

plot_scale plot_scale::between(double lowest, double highest, double first, double last)
{
    return highest > lowest ? plot_scale{true, lowest, highest, first, last}
                            : plot_scale{true, lowest / 2, lowest * 2, first, last};
}

plot_scale plot_scale::fitting(const std::vector<double>& values, double first, double last)
{
    double lowest = 0;
    double highest = 0;
    for (const double value : values) {
        if (value > 0) {
            lowest = lowest > 0 ? std::min(lowest, value) : value;
            highest = std::max(highest, value);
        }
    }
    return highest > 30 * lowest ? logarithmic(lowest, highest, first, last) : linear(highest, first, last);
}

double plot_scale::at(double value) const
{
    const double inside = std::clamp(value, lowest_, highest_);
    const double share = logarithmic_ ? std::log(inside / lowest_) / std::log(highest_ / lowest_)
                                      : (inside - lowest_) / (highest_ - lowest_);
    return first_ + share * (last_ - first_);
}

std::vector<double> plot_scale::ticks(std::size_t at_most) const
{
    if (logarithmic_) {
        return decades(at_most);
    }
    const double step = round_up(highest_ / static_cast<double>(std::max<std::size_t>(at_most, 2) - 1));
    std::vector<double> result;
    for (int i = 0; i * step <= highest_ * (1 + 1e-9); ++i) {
        result.push_back(i * step);
    }
    return result;
}

std::vector<double> plot_scale::decades(std::size_t at_most) const
{
    std::vector<double> tens;
    std::vector<double> finer; // also the twos and fives
    for (double decade = decade_of(lowest_); decade <= highest_ * (1 + 1e-9); decade *= 10) {
        for (const double step : {1.0, 2.0, 5.0}) {
            if (step * decade >= lowest_ * (1 - 1e-9) && step * decade <= highest_ * (1 + 1e-9)) {
                finer.push_back(step * decade);
                if (step == 1.0) {
                    tens.push_back(decade);
                }
            }
        }
    }
    if (finer.size() <= at_most || tens.size() < 2) {
        return finer;
    }
    std::vector<double> result;
    const std::size_t stride = (tens.size() + at_most - 1) / at_most;
    for (std::size_t i = 0; i < tens.size(); i += stride) {
        result.push_back(tens[i]);
    }
    return result;
}

std::string readable(double value)
{
    const double size = std::abs(value);
    if (size >= 99.95) {
        return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::llround(size)));
    }
    // Three digits; two when there are zeros behind the point already.
    const int decimals = size >= 9.995 ? 1 : size >= 0.0995 || size < 0.00005 ? 2 : size >= 0.00995 ? 3 : 4;
    return with_decimals(value, decimals);
}

std::string readable_tick(double value)
{
    const auto shortened = [](double number, const char* unit) { return fixed(number, 4) + unit; };
    return value >= 999'999.5 ? shortened(value / 1e6, "M")
           : value >= 999.5   ? shortened(value / 1e3, "k")
                              : shortened(value, "");
}

std::vector<double> spread_labels(const std::vector<double>& wanted, double gap, double lowest, double highest)
{
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });

    // Labels that touch form a block, which lies as near as possible to where its members want to be.
    struct block
    {
        double sum = 0; ///< of where the members want the block to begin
        std::size_t count = 0;
        double begin = 0;
    };
    std::vector<block> blocks;
    for (const auto index : order) {
        blocks.push_back({wanted[index], 1, 0});
        for (;;) {
            auto& last = blocks.back();
            const double room = gap * static_cast<double>(last.count - 1);
            last.begin = std::max(lowest, std::min(last.sum / static_cast<double>(last.count), highest - room));
            if (blocks.size() < 2) {
                break;
            }
            auto& before = blocks[blocks.size() - 2];
            const double offset = gap * static_cast<double>(before.count);
            if (before.begin + offset <= last.begin) {
                break;
            }
            before.sum += last.sum - offset * static_cast<double>(last.count);
            before.count += last.count;
            blocks.pop_back();
        }
    }

    std::vector<double> result(wanted.size());
    std::size_t next = 0;
    for (const auto& each : blocks) {
        for (std::size_t i = 0; i < each.count; ++i) {
            result[order[next++]] = each.begin + gap * static_cast<double>(i);
        }
    }
    return result;
}

} // namespace bench
