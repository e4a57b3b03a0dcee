// SPDX-License-Identifier: Apache-2.0
#include "sweep/chunk_size.hpp"

#include <algorithm>

namespace modscape::sweep {

ChunkSize::ChunkSize(int workers, std::int64_t most, std::int64_t fixed)
    : workers_(workers), most_(most), fixed_(fixed) {}

std::int64_t ChunkSize::next(std::int64_t left) const {
  if (fixed_ > 0) return fixed_;
  // A share of what is left, so that the last chunks are small; a rank holds two, the one it computes and the next.
  const std::int64_t share = workers_ == 1 ? left : left / (std::int64_t{8} * workers_);
  return std::clamp<std::int64_t>(std::min(share, by_time_), 1, most_);
}

void ChunkSize::learn(double seconds, std::int64_t rows) {
  // Long enough that claims and writes cost nothing, short enough that a kill or a request to stop costs little.
  constexpr double target_seconds = 0.25;
  constexpr std::int64_t growth = 8;
  const double per_row = seconds / static_cast<double>(rows);
  slowest_ = std::max(slowest_, per_row);
  const auto longest = static_cast<double>(growth * rows);
  by_time_ =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(longest, target_seconds / std::max(per_row, 1e-9))));
}

}  // namespace modscape::sweep
