// SPDX-License-Identifier: Apache-2.0
// What a sweep visits, as declared in a job file. Plain data; sweep/design.hpp makes the points.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace modscape::config {

enum class Scale { linear, log };

/// A declared range of one parameter: a prior or design is uniform in it (log: uniform in the logarithm).
struct Range {
  std::string name;
  double lower = 0, upper = 0;
  Scale scale = Scale::linear;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & lower & upper & scale;
  }
};

/// A conditional axis exists only where the axis `axis` has one of `values`.
struct AxisCondition {
  std::string axis;
  std::vector<double> values;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & axis & values;
  }
};

/// The values of one parameter of a grid: a list, or `count` values from `from` on, never stored.
struct GridAxis {
  std::string name;
  std::vector<double> values;  ///< the list; empty: the fields below
  double from = 0, to = 0;
  double step = 0;  ///< 0: `count` values that divide [from, to] evenly on `scale`
  std::int64_t count = 0;
  Scale scale = Scale::linear;
  std::vector<AxisCondition> when;  ///< all must hold; empty: always
  std::int64_t size() const { return values.empty() ? count : static_cast<std::int64_t>(values.size()); }
  double value(std::int64_t index) const;
  /// Index of the value equal to `wanted` (but for rounding), or -1.
  std::int64_t index_of(double wanted) const;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & values & from & to & step & count & scale & when;
  }
};

enum class DesignKind { sobol, latin_hypercube, grid, list, csv };

/// A design of one kind; which fields it uses depends on the kind.
struct DesignPart {
  DesignKind kind = DesignKind::sobol;
  // sobol, latin_hypercube
  std::vector<Range> ranges;
  std::int64_t points = 0;
  std::uint64_t seed = 1;
  // grid: the last axis varies fastest
  std::vector<GridAxis> axes;
  std::vector<std::vector<std::string>> zip;  ///< groups of axes that vary together, as long as each other
  // list, csv
  std::vector<std::string> columns;
  std::vector<double> table;  ///< points x columns, row-major
  std::string file;           ///< csv: path as resolved
  /// Names of the parameters it varies, in the order of a point's values.
  std::vector<std::string> parameters() const;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & kind & ranges & points & seed & axes & zip & columns & table & file;
  }
};

/// The product of its parts: every point of the first with every point of the second …; the last part varies fastest.
struct Design {
  std::vector<DesignPart> parts;
  std::vector<std::string> parameters() const;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & parts;
  }
};

enum class RoundKind { extend, refine };
enum class RefineBy { regime, counts };

/// Further points of a sweep, in a table of their own: the design goes on, or points near where the rows of all earlier
/// rounds change.
struct Round {
  RoundKind kind = RoundKind::extend;
  std::int64_t points = 0;
  RefineBy by = RefineBy::regime;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & kind & points & by;
  }
};

}  // namespace modscape::config
