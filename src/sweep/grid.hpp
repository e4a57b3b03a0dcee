// SPDX-License-Identifier: Apache-2.0
// Grid points by index: a full factorial whose axes may be zipped or conditional.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "config/design.hpp"

namespace modscape::sweep {

/// The order is that of nested loops, the last axis innermost. A conditional axis is a loop only where its condition
/// holds; elsewhere its value is NaN and the point is there once.
class Grid {
 public:
  explicit Grid(const config::DesignPart& part);
  std::int64_t size() const { return count(0, all_); }
  void point(std::int64_t index, std::span<double> values) const;

 private:
  using Mask = std::uint64_t;  // bit a: all conditions of axis a that were decided so far hold
  struct Loop {
    std::vector<std::size_t> axes;  // more than one: zipped
    std::int64_t length = 0;
    std::vector<std::int64_t> special;  // indices, increasing, at which a condition refers to this loop
    std::vector<Mask> cleared;          // axes that do not exist at each special index
    Mask cleared_elsewhere = 0;         // ... at all other indices
  };
  std::int64_t count(std::size_t position, Mask mask) const;  // points of the loops from `position` on
  bool exists(const Loop& loop, Mask mask) const { return (mask >> loop.axes.front() & 1U) != 0; }
  Mask absent(const Loop& loop, Mask mask) const;  // what a loop that does not exist takes along
  void add_conditions(Loop& loop);

  const std::vector<config::GridAxis> axes_;
  std::vector<Loop> loops_;
  Mask all_ = 0;
  mutable std::map<std::pair<std::size_t, Mask>, std::int64_t> counts_;  // filled by the constructor
};

}  // namespace modscape::sweep
