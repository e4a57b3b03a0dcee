// SPDX-License-Identifier: Apache-2.0
// Bifurcation diagrams as rows of a table: fixed room for branches, their points and special points; what is not used
// is NaN, or code 0.
#pragma once
#include "config/job.hpp"
#include "dynamics/diagram.hpp"
#include "io/results_file.hpp"
#include "study/designed_neurons.hpp"
#include "study/row_writer.hpp"

namespace modscape::study {

inline constexpr std::size_t most_branches = 16, most_special = 64, most_residuals = 12;

io::LiveTable diagram_table(const config::ContinueJob& job, const DesignedNeurons& neurons, std::int64_t rows);

/// There was room for every branch and special point.
inline bool is_complete(const dynamics::Diagram& diagram) {
  return diagram.complete && diagram.special.size() <= most_special;
}

/// Special points along `along`, for any table that has them.
void add_special_columns(io::LiveTable& table, const config::SweepParameter& along);
void write_special(const dynamics::Diagram& diagram, RowWriter& row);

/// How a job's diagrams are drawn.
dynamics::DiagramOptions diagram_options(const config::ContinueJob& job);
/// False, and the row is out_of_bounds without values, if a neuron at either end of the path is impossible.
bool is_possible(const config::ContinueJob& job, const dynamics::NeuronPath& path, const io::LiveTable& table,
                 std::size_t first_column, io::RowBlock& block, std::int64_t row);

/// Everything but the design's values; the status is done.
void write_diagram(const dynamics::Diagram& diagram, std::size_t first_column, io::RowBlock& block, std::int64_t row);

}  // namespace modscape::study
