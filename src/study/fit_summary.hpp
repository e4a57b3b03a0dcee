// SPDX-License-Identifier: Apache-2.0
// The fit of one condition in numbers: bands, coverage, identifiability, and the check against the cells' rheobases.
#pragma once
#include "study/sampler.hpp"

namespace modscape::study {

struct FitSummary {
  double ess = 0.0;
  std::vector<double> predicted_mean;             ///< posterior mean at the target's currents
  std::vector<double> band[4];                    ///< 2.5, 16, 84, 97.5 % of the population mean
  std::vector<double> predictive[2];              ///< 2.5, 97.5 % of a new observed mean of n cells
  double within_1_sem = 0.0, within_2_sem = 0.0;  ///< shares of the currents (floored SEM)
  double rheobase_p_value = NAN;
  std::vector<double> posterior_mean, posterior_sd, prior_sd;  ///< of the sampled parameters, in their units
  std::vector<double> spectrum,
      directions;  ///< posterior variance along eigenvectors in prior-normal coordinates (stiffest first)
  double combination_sd = 0.0, combination_prior_sd = 0.0;  ///< pA, of (g_L + a)(V_T - E_L - Delta_T)
};

FitSummary summarise_fit(const Sampler& sampler, const Plan& plan, const config::StudyJob& job, std::size_t condition);

void write_fit(const FitSummary& summary, const Sampler& sampler, const Plan& plan, const config::StudyJob& job,
               std::size_t condition, io::TreeWriter& out);

}  // namespace modscape::study
