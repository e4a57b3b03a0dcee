// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>

#include "io/results_file.hpp"

namespace modscape::study {

/// Hands out the columns of a row in their order; numbers are NaN until they are written.
class RowWriter {
 public:
  RowWriter(io::RowBlock& block, std::int64_t row, std::size_t first) : block_(block), row_(row), next_(first) {}
  std::span<std::int32_t> codes() { return block_.i32(row_, next_++); }
  std::span<double> values() {
    const std::span<double> cells = block_.f64(row_, next_++);
    std::ranges::fill(cells, NAN);
    return cells;
  }

 private:
  io::RowBlock& block_;
  std::int64_t row_;
  std::size_t next_;
};

}  // namespace modscape::study
