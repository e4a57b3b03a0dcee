// SPDX-License-Identifier: Apache-2.0
// What is computed for every accepted model: landmarks, regimes, features, and the check of the bulk kernel against
// CVODE.
#pragma once
#include "fit/likelihood.hpp"
#include "solvers/cvode.hpp"
#include "study/plan.hpp"

namespace modscape::study {

/// One accepted model as handed to the ranks.
struct AcceptedModel {
  models::AdexParameters neuron;  ///< in the gauge of the job
  double source_index = 0.0;
  std::vector<double> counts;  ///< on the exploration's grid
  double rheobase = 0.0, count_at_rheobase = 0.0;
  bool spontaneous = false;
  std::vector<double> population_mean;  ///< at the data currents
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & neuron & source_index & counts & rheobase & count_at_rheobase & spontaneous & population_mean;
  }
};

/// Hz/pA over 100 pA above the rheobase; at least 1e-4, so that ratios exist.
double fi_gain(const fit::FiCurveModel& curve, double rheobase, double step_duration);

/// Writes row `row` of a models table and sets its status.
void analyse_model(const AcceptedModel& model, const Plan& plan, const config::StudyJob& job,
                   const io::LiveTable& table, solvers::CvodeIntegrator& cvode, io::RowBlock& block, std::int64_t row);

/// Writes row `row` of a null table: asymptotic regimes, rheobase and gain only.
void analyse_null_model(const AcceptedModel& model, const Plan& plan, const io::LiveTable& table, io::RowBlock& block,
                        std::int64_t row);

/// The same neuron in the gauge the job anchors: with an input resistance the voltage scale follows from 1/(g_L + a) =
/// R_in.
models::AdexParameters in_gauge(const models::AdexParameters& neuron, const config::Gauge& gauge);

}  // namespace modscape::study
