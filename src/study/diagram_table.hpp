// SPDX-License-Identifier: Apache-2.0
// Bifurcation diagrams as rows of a table: fixed room for branches, their points and special points; what is not used
// is NaN, or code 0.
#pragma once
#include "config/job.hpp"
#include "dynamics/diagram.hpp"
#include "io/results_file.hpp"
#include "study/designed_neurons.hpp"

namespace modscape::study {

inline constexpr std::size_t most_branches = 16, most_special = 64, most_residuals = 12;

io::LiveTable diagram_table(const config::ContinueJob& job, const DesignedNeurons& neurons, std::int64_t rows);

/// Everything but the design's values; the status is done.
void write_diagram(const dynamics::Diagram& diagram, std::size_t first_column, io::RowBlock& block, std::int64_t row);

}  // namespace modscape::study
