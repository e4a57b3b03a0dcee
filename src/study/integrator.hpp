// SPDX-License-Identifier: Apache-2.0
// The integrator that a job file asks for.
#pragma once
#include <memory>

#include "config/job.hpp"
#include "solvers/spike_integrator.hpp"

namespace modscape::study {

inline std::unique_ptr<solvers::SpikeIntegrator> integrator_of(const config::IntegratorJob& job) {
  return solvers::make_spike_integrator({.method = job.method, .rtol = job.rtol, .limits = {.max_rhs = job.max_rhs}});
}

}  // namespace modscape::study
