// SPDX-License-Identifier: Apache-2.0
// Point tables of a study, computed here and now: what the ranks would have written.
#pragma once
#include "study/sampler.hpp"

namespace modscape::test_support {

/// Rows of the table for the points z (row-major), as the study computes them.
inline io::RowBlock computed_points(const study::Plan& plan, const io::LiveTable& table, const std::vector<double>& z) {
  io::RowBlock block(table, 0, table.rows);
  study::compute_points(plan, z, *solvers::make_spike_integrator(plan.ensemble), block);
  return block;
}

}  // namespace modscape::test_support
