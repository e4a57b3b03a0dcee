// SPDX-License-Identifier: Apache-2.0
#include "network/rank_resources.hpp"

#include <algorithm>
#include <cmath>

#include "network/arrivals.hpp"
#include "network/connectivity.hpp"
#include "network/delivery.hpp"
#include "network/spike.hpp"
#include "network/spike_stream.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

using models::Population;

constexpr double ms_per_s = 1000.0;
constexpr double words_before_spikes = 2.0;  // how many words, how many spikes
constexpr double kept_per_spike = sizeof(std::uint64_t) + sizeof(Spike);

}  // namespace

RankResources rank_resources(const models::NetworkModel& model, int ranks, std::span<const double> rates) {
  RankResources r{};
  double epoch = solvers::longest_epoch;  // ms
  for (const models::Projection& p : model.projections)
    epoch = std::min(epoch, solvers::in_ms(delay_bounds(model, p).shortest));
  r.epochs = ms_per_s / epoch;
  std::vector<double> input(model.populations.size(), 0.0);  // events per s and neuron
  for (const models::Projection& p : model.projections) {
    const auto sources = static_cast<double>(model.populations[p.from].size);
    const double under_way =
        sources * rates[p.from] * (epoch + solvers::in_ms(delay_bounds(model, p).longest)) / ms_per_s;
    r.spike_bytes += under_way * (sizeof(Arrival) + sizeof(Transmission)) +
                     (std::isnan(p.short_term.U) ? 0.0 : sources * sizeof(Terminal));
    const double synapses = expected_synapses(model, p);
    const ProjectionBytes bytes = expected_bytes(model, p, ranks);
    input[p.to] += synapses / static_cast<double>(model.populations[p.to].size) * rates[p.from];
    r.synapses += synapses / ranks;
    r.synapse_bytes += bytes.synapses;
    r.index_bytes += bytes.index;
  }
  for (const models::Background& b : model.backgrounds) input[b.to] += b.rate;

  double lists = 0.0;              // bytes of events of the neurons that are advanced together
  double told = 0.0, drawn = 0.0;  // spikes per s that ranks tell each other, and that each draws alike
  for (std::size_t p = 0; p < model.populations.size(); ++p) {
    const Population& population = model.populations[p];
    const auto size = static_cast<double>(population.size);
    if (population.kind != Population::Kind::adex) {
      drawn += size * rates[p];
      continue;
    }
    told += size * rates[p];
    r.neurons += size / ranks;
    // Lists of arrivals are as long as the longest that was met, rounded up to a power of 2: five standard deviations
    // above the mean.
    const double arrivals = input[p] * epoch / ms_per_s, longest = arrivals + 5.0 * std::sqrt(arrivals) + 1.0;
    const double capacity = std::exp2(std::ceil(std::log2(std::max(16.0, longest))));
    const double together =
        has_delays(model, p) ? size / ranks : std::min(size / ranks, static_cast<double>(Delivery::neurons_at_once));
    lists = std::max(lists, together * capacity * sizeof(solvers::SynapticEvent));
    const bool differ = !population.distributed.empty() || !population.models.empty() || !population.densities.empty();
    const double own = (differ ? sizeof(models::AdexParameters) + sizeof(solvers::SynapticCoefficients) : 0) +
                       sizeof(double) * static_cast<double>(population.densities.size());
    r.neuron_bytes += size / ranks * (sizeof(solvers::SynapticNeuron) + own);
  }
  r.neuron_bytes += lists;
  if (ranks > 1) {
    const double own = told / ranks, distance = r.neurons / std::max(own / r.epochs, 1.0);
    r.sent = own * packed_bytes(distance) + r.epochs * words_before_spikes * sizeof(std::uint64_t);
    r.received = r.sent * ranks;
  }
  r.spike_bytes += (told + drawn) / r.epochs * kept_per_spike;
  return r;
}

}  // namespace modscape::network
