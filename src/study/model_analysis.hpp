// SPDX-License-Identifier: Apache-2.0
// What is computed for every accepted model: landmarks, regimes, features, and the check of the ensemble kernel against
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

/// What the accepted models are run with: the kernel of the exploration, and CVODE to check it.
struct Integrators {
  explicit Integrators(const Plan& plan) : ensemble(solvers::make_spike_integrator(plan.ensemble)) {}
  std::unique_ptr<solvers::SpikeIntegrator> ensemble;
  solvers::CvodeIntegrator cvode{2};
};

/// Writes the block's rows of a models table (row i from models[i]) and sets their statuses.
void analyse_models(std::span<const AcceptedModel> models, const Plan& plan, const config::StudyJob& job,
                    const io::LiveTable& table, Integrators& integrators, io::RowBlock& block);

/// Writes the block's rows of a null table: asymptotic regimes, rheobase and gain only.
void analyse_null_models(std::span<const AcceptedModel> models, const Plan& plan, const io::LiveTable& table,
                         Integrators& integrators, io::RowBlock& block);

/// V -> alpha V + beta.
struct VoltageScale {
  double alpha = 1.0, beta = 0.0;
};
/// What brings this neuron to the gauge the job anchors: with an input resistance the voltage scale follows from
/// 1/(g_L + a) = R_in, else nothing is to be done.
VoltageScale gauge_scale(const models::AdexParameters& neuron, const config::Gauge& gauge);

/// The same neuron in the gauge the job anchors.
models::AdexParameters in_gauge(const models::AdexParameters& neuron, const config::Gauge& gauge);

}  // namespace modscape::study
