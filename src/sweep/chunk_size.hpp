// SPDX-License-Identifier: Apache-2.0
// How many rows a rank claims next.
#pragma once
#include <cstdint>

namespace modscape::sweep {

class ChunkSize {
 public:
  /// `workers` share the rows; a chunk has at most `most` rows. fixed > 0: always that many.
  ChunkSize(int workers, std::int64_t most, std::int64_t fixed);
  std::int64_t next(std::int64_t left) const;
  /// A chunk took this long.
  void learn(double seconds, std::int64_t rows);
  /// Estimate from the slowest chunk so far.
  double longest_seconds(std::int64_t rows) const { return slowest_ * static_cast<double>(rows); }

 private:
  int workers_;
  std::int64_t most_, fixed_, by_time_ = 16;
  double slowest_ = 0.0;  // seconds per row
};

}  // namespace modscape::sweep
