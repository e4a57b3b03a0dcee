// SPDX-License-Identifier: Apache-2.0
// What a search for effects found, as the stage /effect/<from>_to_<to> of the results file (docs/output-format.md).
#pragma once
#include "study/effect_inference.hpp"

namespace modscape::study {

void write_effects(const EffectSearch& search, const config::StudyJob& job, const Plan& plan, io::TreeWriter& out);

}  // namespace modscape::study
