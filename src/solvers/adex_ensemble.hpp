// SPDX-License-Identifier: Apache-2.0
// The ensemble integrator of the AdEx neuron: thousands of neurons at once in the lanes of SIMD registers (Highway,
// target chosen at run time). What the caller gives is not a time step but a bound on the error of every interspike
// interval (docs/decisions/0005). A lane's result does not depend on its neighbours, its position or the batch; targets
// with fused multiply-add (AVX2, AVX-512 ...) give the same bits.
#pragma once
#include <string>
#include <vector>

#include "solvers/spike_integrator.hpp"

namespace modscape::solvers {

class AdexEnsemble final : public SpikeIntegrator {
 public:
  /// `tolerance` (ms): bound on the error of each interspike interval, given the state after the spike before it.
  explicit AdexEnsemble(double tolerance, const CostLimits& limits = {}) : tolerance_(tolerance), limits_(limits) {}
  /// Inputs must be piecewise constant. Throws InternalError otherwise.
  std::vector<SpikeRun> run(std::span<const SpikeTask> tasks) override;

 private:
  double tolerance_;
  CostLimits limits_;
};

/// Instruction set in use, such as "AVX3"; and those this machine and build have, best first.
std::string simd_target();
std::vector<std::string> simd_targets();
/// Uses one of simd_targets() from now on, or the best again (empty name). For tests and benchmarks.
void use_simd_target(const std::string& name);
/// Results are bit-identical within a class: "fma" or "no-fma".
std::string simd_class();

}  // namespace modscape::solvers
