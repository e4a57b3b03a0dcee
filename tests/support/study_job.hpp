// SPDX-License-Identifier: Apache-2.0
// A study of synthetic recordings, as the reader of job files would hand it over.
#pragma once
#include <fmt/format.h>

#include "config/job.hpp"
#include "support/synthetic_cells.hpp"

namespace modscape::test_support {

/// Two conditions "control" and "modulated" and the pair of both; default priors, the gauge of the example jobs.
inline config::StudyJob study_of(const Recording& control, const Recording& modulated) {
  config::StudyJob job;
  job.title = "synthetic recordings";
  job.citation = "tests/support/synthetic_cells.hpp";
  job.conditions = {{"control", "control", ""}, {"modulated", "modulated", ""}};
  job.pairs = {{"control", "modulated"}};
  job.gauge = {-85.0, -45.0, NAN, "synthetic"};
  job.neuron.E_L = job.gauge.E_L;
  job.neuron.V_T = job.gauge.V_T;
  job.neuron.t_ref = 2.0;
  job.neuron.V_peak = 0.0;
  job.ranges = config::default_ranges();
  job.curves = {control.curve, modulated.curve};
  config::set_explored_currents(job);
  job.rheobases = {control.rheobases, modulated.rheobases};
  return job;
}

inline const models::AdexParameters small_study_neuron{110, 4, -85, -45, 2.0, 0.2, 60, 100, -60, 0, 2};

/// Few points for eight cells of small_study_neuron, seen twice.
inline config::StudyJob small_study() {
  const CellProtocol protocol{current_steps(100, 220, 40), 500.0, 8, 30.0};
  config::StudyJob job = study_of(record_cells(small_study_neuron, protocol, "control", 3, 0),
                                  record_cells(small_study_neuron, protocol, "modulated", 3, 1));
  job.points = 64;
  job.rounds = 1;
  job.accepted = 12;
  return job;
}

/// `id` makes the job's identity.
inline config::Job job_of(config::StudyJob study, const std::string& id) {
  config::Job job;
  job.kind = "study";
  job.study = std::move(study);
  job.resolved = "# " + id + "\n";
  job.hash = id;
  return job;
}

}  // namespace modscape::test_support
