// SPDX-License-Identifier: Apache-2.0
// Gives rows with a failure back, to be computed again.
#pragma once
#include <string>
#include <vector>

#include "io/results_file.hpp"

namespace modscape::io {

/// Rows of each table that were reset.
struct ResetRows {
  std::string table;
  RowStatus status;
  std::int64_t rows;
};

/// Sets rows with one of these statuses to empty and forgets how often they were begun, so that the next run computes
/// them. A compressed file is first written out again in the form that a job can write to. BadInput while a job writes
/// the file, and if rows of another table were derived from such rows.
std::vector<ResetRows> reset_rows(const std::string& path, const std::vector<RowStatus>& statuses);

}  // namespace modscape::io
