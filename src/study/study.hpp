// SPDX-License-Identifier: Apache-2.0
// The main job, end to end: exploration, refinement, accepted models, reduction, verdicts; every stage resumes where it
// was left.
#pragma once
#include <string>

#include "config/job.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

struct StudyOptions {
  bool force = false;
  std::int64_t max_failed = -1;  ///< failed points that are tolerated; -1: any number
  bool only_effects = false;     ///< fits and effects only; a later run without it goes on from there
};

enum class StudyOutcome { done, nothing_to_do, stopped, too_many_failures };

/// Collective. `job.kind` must be "study".
StudyOutcome run_study(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                       const StudyOptions& options);

/// The families of effects of a file as text for the terminal; empty while there are none.
std::string effect_summary(const std::string& path);

/// Verdicts and fits of a finished file as text for the terminal; empty while there are none.
std::string study_summary(const std::string& path);

/// What would be computed: points, rows, bytes, and the time on `ranks` ranks from a pilot of a few points.
std::string study_plan_text(const config::Job& job, int ranks, bool only_effects = false);

}  // namespace modscape::study
