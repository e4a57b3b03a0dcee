// SPDX-License-Identifier: Apache-2.0
#include "sweep/design.hpp"

#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "sweep/grid.hpp"
#include "sweep/latin_hypercube.hpp"
#include "sweep/sobol.hpp"

namespace modscape::sweep {

using config::DesignKind;

class SweepDesign::Part {
 public:
  explicit Part(const config::DesignPart& part) : part_(part), width_(part.parameters().size()) {
    if (part.kind == DesignKind::sobol) sobol_.emplace(part.ranges.size(), part.seed);
    if (part.kind == DesignKind::grid) grid_.emplace(part);
  }
  std::size_t width() const { return width_; }
  std::int64_t size() const {
    if (grid_) return grid_->size();
    if (part_.kind == DesignKind::list || part_.kind == DesignKind::csv)
      return static_cast<std::int64_t>(part_.table.size() / width_);
    return part_.points;
  }
  void point(std::int64_t index, std::span<double> values) const {
    if (grid_) return grid_->point(index, values);
    if (sobol_ || part_.kind == DesignKind::latin_hypercube) return ranged_point(index, part_.points, 0, values);
    for (std::size_t c = 0; c < width_; ++c) values[c] = part_.table[static_cast<std::size_t>(index) * width_ + c];
  }
  void extension_point(int extension, std::int64_t earlier, std::int64_t points, std::int64_t index,
                       std::span<double> values) const {
    if (sobol_) return ranged_point(earlier + index, points, 0, values);
    if (part_.kind != DesignKind::latin_hypercube) throw InternalError("this design cannot be extended");
    ranged_point(index, points, static_cast<std::uint64_t>(extension), values);
  }

 private:
  void ranged_point(std::int64_t index, std::int64_t points, std::uint64_t replicate, std::span<double> values) const {
    if (sobol_)
      sobol_->point(index, values);
    else
      latin_hypercube_point(index, points, part_.seed, replicate, values);
    for (std::size_t d = 0; d < width_; ++d) values[d] = from_unit(part_.ranges[d], values[d]);
  }
  config::DesignPart part_;
  std::size_t width_;
  std::optional<SobolSequence> sobol_;
  std::optional<Grid> grid_;
};

SweepDesign::SweepDesign(const config::Design& design) : parameters_(design.parameters()) {
  for (const config::DesignPart& part : design.parts) {
    parts_.push_back(std::make_unique<Part>(part));
    size_ *= parts_.back()->size();
  }
}
SweepDesign::~SweepDesign() = default;
SweepDesign::SweepDesign(SweepDesign&&) noexcept = default;
SweepDesign& SweepDesign::operator=(SweepDesign&&) noexcept = default;

void SweepDesign::point(std::int64_t index, std::span<double> values) const {
  std::size_t end = values.size();
  for (std::size_t p = parts_.size(); p-- > 0;) {
    const Part& part = *parts_[p];
    end -= part.width();
    part.point(index % part.size(), values.subspan(end, part.width()));
    index /= part.size();
  }
}

void SweepDesign::extension_point(int extension, std::int64_t earlier, std::int64_t points, std::int64_t index,
                                  std::span<double> values) const {
  parts_.front()->extension_point(extension, earlier, points, index, values);
}

double from_unit(const config::Range& range, double u) {
  if (range.scale == config::Scale::log) return range.lower * std::pow(range.upper / range.lower, u);
  return range.lower + (range.upper - range.lower) * u;
}

double to_unit(const config::Range& range, double value) {
  if (range.scale == config::Scale::log) return std::log(value / range.lower) / std::log(range.upper / range.lower);
  return (value - range.lower) / (range.upper - range.lower);
}

}  // namespace modscape::sweep
