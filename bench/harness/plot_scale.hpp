#pragma once

#include <string>
#include <vector>

namespace bench {

/// Where values lie on an axis.
class plot_scale
{
public:
    /// From 0 to a round number not below `highest`.
    /// @param first, last the pixels of the axis' two ends
    static plot_scale linear(double highest, double first, double last);

    /// Whole decades, or halves and fifths of one, around [lowest, highest]. Both must be positive.
    static plot_scale logarithmic(double lowest, double highest, double first, double last);

    /// Logarithmic from end to end, without rounding. Both must be positive; equal ones lie in the middle.
    static plot_scale between(double lowest, double highest, double first, double last);

    /// As each deserves: logarithmic when the positive values span more than a factor of 30.
    static plot_scale fitting(const std::vector<double>& values, double first, double last);

    /// The pixel of a value. What is outside lies on the nearer end; so does 0 on a logarithmic axis.
    double at(double value) const;

    bool is_logarithmic() const { return logarithmic_; }
    double lowest() const { return lowest_; }
    double highest() const { return highest_; }

    /// Round values for labels, in ascending order.
    std::vector<double> ticks(std::size_t at_most) const;

private:
    plot_scale(bool logarithmic, double lowest, double highest, double first, double last);
    std::vector<double> decades(std::size_t at_most) const;

    bool logarithmic_;
    double lowest_, highest_, first_, last_;
};

/// A measured value as people read it: three or so digits, thousands apart ("96,823", "12.5", "0.092").
std::string readable(double value);

/// A value in little space, for axes ("10k", "1M", "0.5").
std::string readable_tick(double value);

/// Moves labels that would overlap apart, as little as possible, keeping their order.
/// @param wanted where each label would be
/// @param gap    the least distance of two
/// @param lowest, highest where the first and the last may be; when there is too little room, `highest` gives way
std::vector<double> spread_labels(const std::vector<double>& wanted, double gap, double lowest, double highest);

} // namespace bench
