// SPDX-License-Identifier: Apache-2.0
#include "study/network_pilot.hpp"

#include <chrono>

#include "network/simulation.hpp"
#include "study/network_epoch.hpp"

namespace modscape::study {

NetworkPilot pilot_network(const parallel::Communicator& comm, const config::NetworkJob& job, double enough) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  };
  constexpr std::uint32_t time_is_up = 1;
  NetworkPilot pilot;
  const auto begin = Clock::now();
  network::Simulation simulation(comm, job.model, {.seed = job.seed, .tolerance = job.tolerance});
  comm.barrier();
  pilot.building = seconds_since(begin);
  const network::Partition whole(job.model, 0, 1);
  std::vector<std::int64_t> spikes(job.model.populations.size());
  const auto built = Clock::now();
  const std::int64_t end = solvers::in_ticks(job.duration);
  while (simulation.now() < end && simulation.signals() == 0 && simulation.failures().empty())
    for (const network::Spike& spike : simulation.advance(end, seconds_since(built) < enough ? 0 : time_is_up))
      ++spikes[whole.population_of(spike.gid)];
  pilot.computing = seconds_since(built);
  if (!simulation.failures().empty())
    pilot.failure = halted_by(simulation, job).reason;
  else
    pilot.share = static_cast<double>(simulation.now()) / static_cast<double>(end);
  for (std::size_t p = 0; p < spikes.size(); ++p)
    pilot.rates.push_back(static_cast<double>(spikes[p]) / static_cast<double>(job.model.populations[p].size) /
                          (solvers::in_ms(simulation.now()) / 1000.0));
  return pilot;
}

}  // namespace modscape::study
