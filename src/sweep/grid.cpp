// SPDX-License-Identifier: Apache-2.0
#include "sweep/grid.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace modscape::sweep {

Grid::Grid(const config::DesignPart& part) : axes_(part.axes) {
  std::vector<bool> placed(axes_.size(), false);
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    all_ |= Mask{1} << a;
    if (placed[a]) continue;
    Loop loop{{a}, axes_[a].size(), {}, {}, 0};
    for (const auto& group : part.zip) {
      if (std::ranges::find(group, axes_[a].name) == group.end()) continue;
      for (std::size_t b = a + 1; b < axes_.size(); ++b)
        if (std::ranges::find(group, axes_[b].name) != group.end()) loop.axes.push_back(b);
    }
    for (const std::size_t member : loop.axes) placed[member] = true;
    add_conditions(loop);
    loops_.push_back(std::move(loop));
  }
  count(0, all_);
}

// Which axes disappear at which index of the loop.
void Grid::add_conditions(Loop& loop) {
  std::set<std::int64_t> special;
  std::vector<std::pair<std::size_t, std::set<std::int64_t>>> conditions;  // axis, indices at which it exists
  for (const std::size_t member : loop.axes)
    for (std::size_t a = 0; a < axes_.size(); ++a)
      for (const config::AxisCondition& condition : axes_[a].when) {
        if (condition.axis != axes_[member].name) continue;
        std::set<std::int64_t> indices;
        for (const double value : condition.values) indices.insert(axes_[member].index_of(value));
        special.insert(indices.begin(), indices.end());
        conditions.emplace_back(a, std::move(indices));
      }
  for (const auto& [axis, indices] : conditions) loop.cleared_elsewhere |= Mask{1} << axis;
  for (const std::int64_t index : special) {
    Mask cleared = 0;
    for (const auto& [axis, indices] : conditions)
      if (!indices.contains(index)) cleared |= Mask{1} << axis;
    loop.special.push_back(index);
    loop.cleared.push_back(cleared);
  }
}

Grid::Mask Grid::absent(const Loop& loop, Mask mask) const {
  // A condition on an axis that does not exist cannot hold.
  Mask all_conditions = loop.cleared_elsewhere;
  for (const Mask cleared : loop.cleared) all_conditions |= cleared;
  return mask & ~all_conditions;
}

std::int64_t Grid::count(std::size_t position, Mask mask) const {
  if (position == loops_.size()) return 1;
  const auto key = std::make_pair(position, mask);
  if (const auto found = counts_.find(key); found != counts_.end()) return found->second;
  const Loop& loop = loops_[position];
  std::int64_t points = 0;
  if (!exists(loop, mask)) {
    points = count(position + 1, absent(loop, mask));
  } else {
    const auto others = loop.length - static_cast<std::int64_t>(loop.special.size());
    if (others > 0) points = others * count(position + 1, mask & ~loop.cleared_elsewhere);
    for (const Mask cleared : loop.cleared) points += count(position + 1, mask & ~cleared);
  }
  counts_.emplace(key, points);
  return points;
}

void Grid::point(std::int64_t index, std::span<double> values) const {
  Mask mask = all_;
  for (std::size_t position = 0; position < loops_.size(); ++position) {
    const Loop& loop = loops_[position];
    if (!exists(loop, mask)) {
      for (const std::size_t axis : loop.axes) values[axis] = NAN;
      mask = absent(loop, mask);
      continue;
    }
    // Walk over the runs of equal indices between the special ones, then the special one itself.
    const Mask elsewhere = mask & ~loop.cleared_elsewhere;
    const bool any_elsewhere = loop.length > static_cast<std::int64_t>(loop.special.size());
    const std::int64_t each = any_elsewhere ? count(position + 1, elsewhere) : 0;
    std::int64_t first = 0;  // index in the loop
    Mask next = elsewhere;
    std::int64_t chosen = -1;
    for (std::size_t s = 0; s < loop.special.size() && chosen < 0; ++s) {
      const std::int64_t run = (loop.special[s] - first) * each;
      if (index < run) break;
      index -= run;
      const std::int64_t here = count(position + 1, mask & ~loop.cleared[s]);
      first = loop.special[s];
      if (index < here) {
        chosen = first;
        next = mask & ~loop.cleared[s];
      } else {
        index -= here;
        ++first;
      }
    }
    if (chosen < 0) {
      chosen = first + index / each;
      index %= each;
    }
    for (const std::size_t axis : loop.axes) values[axis] = axes_[axis].value(chosen);
    mask = next;
  }
}

}  // namespace modscape::sweep
