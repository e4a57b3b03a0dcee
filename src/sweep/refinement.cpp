// SPDX-License-Identifier: Apache-2.0
#include "sweep/refinement.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nanoflann.hpp>
#include <span>
#include <tuple>
#include <unordered_set>

#include "core/rng.hpp"
#include "sweep/design.hpp"

namespace modscape::sweep {
namespace {

constexpr std::uint64_t most_passes = 1 << 12;  // points on one segment

// Points for which the same axes exist, in the unit cube of those axes.
struct Cloud {
  std::vector<std::size_t> axes;
  std::vector<std::size_t> index;  // in the given points
  std::vector<double> u;           // points x axes

  std::span<const double> point(std::size_t i) const { return std::span(u).subspan(i * axes.size(), axes.size()); }
  // What nanoflann asks of a data set.
  std::size_t kdtree_get_point_count() const { return index.size(); }
  double kdtree_get_pt(std::size_t i, std::size_t d) const { return u[i * axes.size() + d]; }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }
};

struct Segment {
  int step;           // of the length: floor(2 log2 length)
  std::uint64_t key;  // random order within a step
  std::size_t cloud, a, b;
};

std::vector<Cloud> clouds_of(const ClassifiedPoints& given, const std::vector<config::Range>& ranges) {
  const std::size_t width = given.parameters;
  std::map<std::vector<std::size_t>, Cloud> by_axes;
  for (std::size_t i = 0; i < given.classes.size(); ++i) {
    if (given.classes[i] == unknown_class) continue;
    const auto values = std::span(given.values).subspan(i * width, width);
    std::vector<std::size_t> axes;
    for (std::size_t d = 0; d < width; ++d)
      if (!std::isnan(values[d]) && ranges[d].lower < ranges[d].upper) axes.push_back(d);
    Cloud& cloud = by_axes[axes];
    cloud.axes = axes;
    cloud.index.push_back(i);
    for (const std::size_t d : axes) cloud.u.push_back(to_unit(ranges[d], values[d]));
  }
  std::vector<Cloud> clouds;
  for (auto& [axes, cloud] : by_axes)
    if (!axes.empty()) clouds.push_back(std::move(cloud));
  return clouds;
}

void add_segments(const std::vector<Cloud>& clouds, std::size_t number, const ClassifiedPoints& given,
                  const CounterRng& rng, std::vector<Segment>& segments) {
  const Cloud& cloud = clouds[number];
  const std::size_t n = cloud.index.size(), width = cloud.axes.size();
  const std::size_t neighbours = std::min(2 * width + 3, n);  // the point itself is one of them
  using Metric = nanoflann::L2_Simple_Adaptor<double, Cloud>;
  nanoflann::KDTreeSingleIndexAdaptor<Metric, Cloud, -1, std::size_t> tree(static_cast<int>(width), cloud);
  tree.buildIndex();
  std::vector<std::size_t> found(neighbours);
  std::vector<double> squares(neighbours);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t count = tree.knnSearch(cloud.point(i).data(), neighbours, found.data(), squares.data());
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t a = std::min(i, found[k]), b = std::max(i, found[k]);
      if (given.classes[cloud.index[a]] == given.classes[cloud.index[b]] || squares[k] <= 0.0) continue;
      segments.push_back({static_cast<int>(std::floor(std::log2(squares[k]) + 1e-6)),
                          rng.bits(cloud.index[a] << 32 ^ cloud.index[b]), number, a, b});
    }
  }
}

// 1/2, 1/4, 3/4, 1/8 …
double van_der_corput(std::uint64_t k) {
  double value = 0.0, place = 0.5;
  for (++k; k != 0; k >>= 1U, place /= 2) value += place * static_cast<double>(k & 1U);
  return value;
}

// FNV-1a of the axes and the place to 2^-40. Two places with one number would cost a point, not a wrong one.
std::uint64_t cell_of(const Cloud& cloud, std::span<const double> u) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte, word >>= 8U) hash = (hash ^ (word & 0xffU)) * 0x100000001b3U;
  };
  for (const std::size_t axis : cloud.axes) add(axis);
  for (const double x : u) add(static_cast<std::uint64_t>(std::llround(x * 0x1p40)));
  return hash;
}

}  // namespace

std::vector<config::Range> refinement_ranges(const config::Design& design) {
  std::vector<config::Range> ranges;
  for (const config::DesignPart& part : design.parts) {
    ranges.insert(ranges.end(), part.ranges.begin(), part.ranges.end());
    for (const config::GridAxis& axis : part.axes) {
      config::Range range{axis.name, axis.from, axis.to, axis.scale};
      if (!axis.values.empty()) {
        const auto [lowest, highest] = std::ranges::minmax(axis.values);
        range.lower = lowest;
        range.upper = highest;
      }
      ranges.push_back(range);
    }
    for (std::size_t c = 0; c < part.columns.size(); ++c) {
      config::Range range{part.columns[c], INFINITY, -INFINITY, config::Scale::linear};
      for (std::size_t i = c; i < part.table.size(); i += part.columns.size()) {
        range.lower = std::min(range.lower, part.table[i]);
        range.upper = std::max(range.upper, part.table[i]);
      }
      ranges.push_back(range);
    }
  }
  return ranges;
}

std::vector<double> refine_boundary(const ClassifiedPoints& given, const std::vector<config::Range>& ranges,
                                    std::int64_t points, std::uint64_t seed) {
  const std::vector<Cloud> clouds = clouds_of(given, ranges);
  const CounterRng rng(seed, Purpose::refinement, 0);
  std::vector<Segment> segments;
  std::unordered_set<std::uint64_t> taken;
  for (std::size_t c = 0; c < clouds.size(); ++c) {
    add_segments(clouds, c, given, rng, segments);
    for (std::size_t i = 0; i < clouds[c].index.size(); ++i) taken.insert(cell_of(clouds[c], clouds[c].point(i)));
  }
  std::ranges::sort(segments, [](const Segment& x, const Segment& y) {
    return std::tie(y.step, x.key, x.cloud, x.a, x.b) < std::tie(x.step, y.key, y.cloud, y.a, y.b);
  });
  const auto again = std::ranges::unique(segments, [](const Segment& x, const Segment& y) {
    return std::tie(x.cloud, x.a, x.b) == std::tie(y.cloud, y.a, y.b);
  });
  segments.erase(again.begin(), again.end());  // most are found from both ends

  std::vector<double> chosen;
  std::int64_t count = 0;
  for (std::uint64_t pass = 0; pass < most_passes && !segments.empty(); ++pass)
    for (const Segment& segment : segments) {
      if (count == points) return chosen;
      const Cloud& cloud = clouds[segment.cloud];
      const auto from = cloud.point(segment.a), to = cloud.point(segment.b);
      std::vector<double> u(from.begin(), from.end());
      const double t = van_der_corput(pass);
      for (std::size_t d = 0; d < u.size(); ++d) u[d] += t * (to[d] - from[d]);
      if (!taken.insert(cell_of(cloud, u)).second) continue;
      // Axes that do not exist stay NaN, axes without extent keep their value.
      const std::size_t origin = cloud.index[segment.a] * given.parameters;
      const std::size_t at = chosen.size();
      for (std::size_t d = 0; d < given.parameters; ++d) chosen.push_back(given.values[origin + d]);
      for (std::size_t d = 0; d < u.size(); ++d) chosen[at + cloud.axes[d]] = from_unit(ranges[cloud.axes[d]], u[d]);
      ++count;
    }
  if (count < points) return {};
  return chosen;
}

}  // namespace modscape::sweep
