// SPDX-License-Identifier: Apache-2.0
// What neurons of a network got, put together from all spikes and the connectivity alone: everything but the events of
// backgrounds, which leave no spikes, and without neuromodulators.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "network/arrivals.hpp"
#include "network/connectivity.hpp"
#include "network/partition.hpp"
#include "network/spike.hpp"
#include "solvers/adex_synaptic.hpp"
#include "support/synaptic_reference.hpp"

namespace modscape::test_support {

/// Arrivals at each of `gids`, in the order in which the network adds them up: by (time, projection, source).
inline std::vector<std::vector<Arrival>> recorded_input(const models::NetworkModel& model, std::uint64_t seed,
                                                        std::span<const network::Spike> spikes,
                                                        std::span<const std::int64_t> gids) {
  const network::Partition whole(model, 0, 1);
  std::vector<std::vector<Arrival>> arrivals(gids.size());
  for (std::size_t p = 0; p < model.projections.size(); ++p) {
    const models::Projection& projection = model.projections[p];
    constexpr std::size_t nobody = SIZE_MAX;
    std::vector<std::size_t> wanted(static_cast<std::size_t>(model.populations[projection.to].size), nobody);
    for (std::size_t i = 0; i < gids.size(); ++i)
      if (whole.population_of(gids[i]) == projection.to)
        wanted[static_cast<std::size_t>(gids[i] - whole.first_gid(projection.to))] = i;
    const network::Connectivity connectivity(model, p, whole, seed);
    network::RowBuffer buffer;
    std::vector<network::Terminal> terminals(static_cast<std::size_t>(model.populations[projection.from].size));
    for (const network::Spike& spike : spikes) {
      const std::int64_t source = spike.gid - whole.first_gid(projection.from);
      if (source < 0 || source >= model.populations[projection.from].size) continue;
      const models::ShortTermPlasticity& plasticity = projection.short_term;
      const double efficacy = std::isnan(plasticity.U) ? 1.0
                                                       : network::transmit(plasticity, spike.tick,
                                                                           terminals[static_cast<std::size_t>(source)]);
      const network::Connectivity::Row row = connectivity.row(source, buffer);
      for (std::size_t k = 0; k < row.size; ++k) {
        const std::size_t i = wanted[row.targets[k]];
        if (i == nobody) continue;
        const std::int64_t delay =
            row.delays != nullptr ? network::delay_unit * row.delays[k] : connectivity.constant_delay();
        const float weight = row.weights != nullptr ? row.weights[k] : connectivity.constant_weight();
        arrivals[i].push_back(
            {solvers::in_ms(spike.tick + delay), projection.port, efficacy * static_cast<double>(weight)});
      }
    }
  }
  for (std::vector<Arrival>& own : arrivals) std::ranges::stable_sort(own, {}, [](const Arrival& a) { return a.time; });
  return arrivals;
}

}  // namespace modscape::test_support
