// SPDX-License-Identifier: Apache-2.0
// Sweep designs: which points a sweep visits. A point is a pure function of (design, index), so any rank can make any
// point and a design of 10^9 points takes no more memory than one of ten.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/design.hpp"

namespace modscape::sweep {

class SweepDesign {
 public:
  explicit SweepDesign(const config::Design& design);
  ~SweepDesign();
  SweepDesign(SweepDesign&&) noexcept;
  SweepDesign& operator=(SweepDesign&&) noexcept;

  std::int64_t size() const noexcept { return size_; }
  /// Names of the varied parameters, in the order of a point's values.
  const std::vector<std::string>& parameters() const noexcept { return parameters_; }
  /// Values of point `index`, one per parameter; NaN where a conditional axis does not exist.
  void point(std::int64_t index, std::span<double> values) const;
  /// Point `index` of extension number `extension` (from 1) of `points` points, after `earlier` points of the design
  /// and its extensions. A Sobol design goes on in its sequence; the extension of a Latin hypercube is another one.
  void extension_point(int extension, std::int64_t earlier, std::int64_t points, std::int64_t index,
                       std::span<double> values) const;

  class Part;  // of the product

 private:
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<std::string> parameters_;
  std::int64_t size_ = 1;
};

/// Value of a range at u in (0, 1), and back.
double from_unit(const config::Range& range, double u);
double to_unit(const config::Range& range, double value);

}  // namespace modscape::sweep
