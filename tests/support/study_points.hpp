// SPDX-License-Identifier: Apache-2.0
// Point tables of a study, computed here and now: what the ranks would have written.
#pragma once
#include "study/sampler.hpp"

namespace modscape::test_support {

/// Rows of the table for the points z (row-major), as the study computes them.
inline io::RowBlock computed_points(const study::Plan& plan, const io::LiveTable& table, const std::vector<double>& z) {
  const study::PointColumns columns = study::point_columns(plan);
  const std::size_t n = plan.space.size();
  io::RowBlock block(table, 0, table.rows);
  for (std::int64_t row = 0; row < table.rows; ++row) {
    const std::vector<double> values =
        plan.space.values(std::span<const double>(z).subspan(static_cast<std::size_t>(row) * n, n));
    for (std::size_t d = 0; d < n; ++d) block.f64(row, d)[0] = values[d];
    const fit::FiRow result = fit::compute_fi_row(plan.space.neuron(values), plan.grid, plan.kernel);
    std::ranges::copy(result.counts, block.f64(row, columns.counts).begin());
    block.f64(row, columns.rheobase)[0] = result.rheobase;
    block.f64(row, columns.count_at_rheobase)[0] = result.count_at_rheobase;
    block.i32(row, columns.spontaneous)[0] = result.spontaneous ? 1 : 0;
    block.set_status(row, static_cast<io::RowStatus>(result.status));
  }
  return block;
}

}  // namespace modscape::test_support
