// SPDX-License-Identifier: Apache-2.0
// Reduction and verdicts from the finished tables of accepted models.
#pragma once
#include "dynamics/verdict.hpp"
#include "study/sampler.hpp"

namespace modscape::study {

/// Rows of a models table that were computed without failure.
struct ModelSet {
  std::vector<models::AdexParameters> neurons;
  dynamics::Population population;                     ///< regime strings are asymptotic, along the current
  std::vector<std::vector<double>> held_out_features;  ///< per model; NaN where a feature does not exist
};
ModelSet read_models(const io::LiveTable& table, io::RowBlock& rows);

/// Rows of a null table, with the pool points they came from.
struct NullSet {
  dynamics::Population population;
  std::vector<std::size_t> source;
};
NullSet read_null(const io::LiveTable& table, io::RowBlock& rows);

/// Features no part of the data constrains, at the highest data current.
std::vector<std::string> held_out_feature_names();

dynamics::ConditionDraws condition_draws(const ModelSet& models, const NullSet& null, const Sampler& sampler,
                                         const config::StudyJob& job, std::size_t condition);

void write_reduction(const std::vector<ModelSet>& sets, const config::StudyJob& job, io::TreeWriter& out);
void write_verdict(const dynamics::Verdict& verdict, const dynamics::VerdictCriterion& criterion,
                   const config::StudyJob& job, io::TreeWriter& out);
}  // namespace modscape::study
