#pragma once

#include <string>
#include <vector>

namespace bench {

/// The range of an axis and its ticks. If the positive values span more than a factor of 30, the axis is logarithmic. A
/// linear axis begins at 0.
class chart_axis
{
public:
    /// @param values  all values of the chart
    explicit chart_axis(const std::vector<double>& values);

    bool is_logarithmic() const { return is_logarithmic_; }

    /// Returns the position of a value. A logarithmic axis has no position for 0 and negative values. Then the result
    /// is the low end of the axis.
    double clamped(double value) const;

    /// Returns the script that sets up the axis.
    /// @param name  "x" or "y"
    std::string script(const std::string& name) const;

private:
    bool is_logarithmic_ = false;
    double low_ = 0, high_ = 0, step_ = 0;
};

} // namespace bench
