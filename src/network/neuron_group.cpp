// SPDX-License-Identifier: Apache-2.0
#include "network/neuron_group.hpp"

#include <fmt/format.h>

#include "network/draw.hpp"

namespace modscape::network {
namespace {

using models::SynapticPort;

// The ports under the effects. Returns what is out of bounds, or nothing.
std::string modulate(std::vector<SynapticPort>& ports, std::span<const models::WeightedEffect> effects) {
  std::string problem;
  for (SynapticPort& port : ports) {
    const auto value = [&](double base, const char* name) {
      return models::with_effects(base, port.name + name, effects);
    };
    port.tau = value(port.tau, ".tau");
    port.E_rev = value(port.E_rev, ".E_rev");
    port.gain = value(port.gain, ".gain");
    if (!(port.tau > 0.0)) problem = fmt::format("{}.tau = {:.4g} ms must be > 0", port.name, port.tau);
    if (!(port.gain >= 0.0)) problem = fmt::format("{}.gain = {:.4g} must not be negative", port.name, port.gain);
  }
  return problem;
}

}  // namespace

NeuronGroup::NeuronGroup(const models::NetworkModel& model, std::size_t population, const Partition& partition,
                         std::uint64_t seed)
    : population_(&model.populations[population]) {
  const models::Population& p = *population_;
  const parallel::BlockRange own = partition.owned(population);
  const auto size = static_cast<std::size_t>(own.last - own.first);
  const bool alike = p.distributed.empty() && p.models.empty() && p.densities.empty();
  base_.reserve(alike ? 1 : size);
  if (alike) base_.push_back(p.neuron);
  densities_.reserve(size * p.densities.size());
  neurons_.reserve(size);
  for (std::int64_t i = own.first; i < own.last; ++i) {
    const auto gid = static_cast<std::uint64_t>(partition.first_gid(population) + i);
    if (!alike) {
      models::AdexParameters parameters = p.neuron;
      RandomWords words(seed, Purpose::neuron_parameter, gid);
      if (!p.models.empty()) parameters = p.models[words.below(p.models.size())];
      for (const models::DistributedParameter& d : p.distributed)
        parameters.*models::adex_table().find(d.name)->member = draw(d.distribution, words);
      for (const models::ReceptorDensity& d : p.densities) densities_.push_back(draw(d.distribution, words));
      base_.push_back(parameters);
    }
    RandomWords words(seed, Purpose::initial_state, gid);
    solvers::SynapticNeuron neuron{};
    neuron.V = draw(p.initial_V, words);
    neuron.w = draw(p.initial_w, words);
    neurons_.push_back(neuron);
  }
  coefficients_.resize(base_.size());
  for (std::size_t i = 0; i < neurons_.size(); ++i) neurons_[i].coefficients = &coefficients_[alike ? 0 : i];
}

std::optional<OutOfBounds> NeuronGroup::set_parameters(double time, const Modulators& modulators) {
  const models::Population& p = *population_;
  const double current = p.current_steps.at(time, p.current);
  const std::vector<std::string> names{p.name, p.cell_type};
  Modulators::ActiveEffects active = modulators.effects_on(names, true, p.region);
  const std::vector<models::WeightedEffect> common = active.effects;
  for (std::size_t i = 0; i < base_.size() && !neurons_.empty(); ++i) {
    for (std::size_t d = 0; d < p.densities.size(); ++d)
      for (std::size_t e = 0; e < common.size(); ++e)
        if (active.receptors[e] == p.densities[d].receptor)
          active.effects[e].weight = common[e].weight * densities_[i * p.densities.size() + d];
    const models::ModulatedNeuron neuron = models::with_effects(base_[i], active.effects);
    std::vector<SynapticPort> ports = p.ports;
    if (!active.effects.empty()) {
      std::vector<std::string> problems = models::adex_problems(neuron.parameters);
      if (std::string problem = modulate(ports, active.effects); !problem.empty())
        problems.push_back(std::move(problem));
      if (!problems.empty()) return OutOfBounds{i, std::move(problems.front())};
    }
    coefficients_[i] = solvers::synaptic_coefficients(neuron.parameters, ports, current, neuron.E_w);
  }
  return std::nullopt;
}

std::uint64_t NeuronGroup::bytes() const noexcept {
  return neurons_.capacity() * sizeof(neurons_[0]) + coefficients_.capacity() * sizeof(coefficients_[0]) +
         base_.capacity() * sizeof(base_[0]) + densities_.capacity() * sizeof(double);
}

}  // namespace modscape::network
