// SPDX-License-Identifier: Apache-2.0
// The verdict along paths, family by family, as the stages /path_verdict/<from>_to_<to> of the results file
// (docs/verdict.md).
#pragma once
#include <string>
#include <vector>

#include "dynamics/verdict.hpp"
#include "study/path_analysis.hpp"
#include "study/sampler.hpp"

namespace modscape::study {

/// One family's paths and those of its null, with the weights of random halves of the first condition.
dynamics::PathDraws path_draws(const FollowedPaths& followed, const FollowedPaths& null, const Sampler& sampler,
                               const config::StudyJob& job, const Plan& plan, std::size_t pair, double ess);

/// The answer of one family of effects.
struct FamilyVerdict {
  std::string family;
  FollowedPaths followed;
  dynamics::Verdict verdict;
};

/// `unpaired`: the comparison without any family, which must not contradict.
void write_path_verdict(const std::vector<FamilyVerdict>& families, const dynamics::Verdict& unpaired,
                        const dynamics::VerdictCriterion& criterion, const config::StudyJob& job, io::TreeWriter& out);

}  // namespace modscape::study
