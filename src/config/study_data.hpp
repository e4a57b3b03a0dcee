// SPDX-License-Identifier: Apache-2.0
// The part of a study that comes from data tables: curves and rheobases of its conditions, and the checks against them.
#pragma once
#include "config/table_reader.hpp"

namespace modscape::config {

/// [data] and [[condition]]: files, conditions, and what the tables hold for each of them.
void read_data_and_conditions(TableReader& root, const std::string& job_path, StudyJob& job, ProblemList& problems);

/// [[pair]]: between conditions that exist.
void read_pairs(TableReader& root, StudyJob& job);

}  // namespace modscape::config
