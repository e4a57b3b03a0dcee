// SPDX-License-Identifier: Apache-2.0
#include "study/network_epoch.hpp"

#include <fmt/format.h>

#include "parallel/stop_signal.hpp"

namespace modscape::study {
namespace {

using solvers::in_ms;

constexpr std::uint32_t stop_signal = 1;

}  // namespace

NetworkHalt halted_by(const network::Simulation& simulation, const config::NetworkJob& job) {
  const network::NeuronFailure& first = simulation.failures().front();
  const auto status = static_cast<io::RowStatus>(first.status);
  const network::Partition whole(job.model, 0, 1);
  const std::size_t p = whole.population_of(first.gid);
  const std::size_t others = simulation.failures().size() - 1;
  const bool bounds = first.status == solvers::RunStatus::out_of_bounds;
  return {status, fmt::format("{}: {}neuron {} of {} at {:.3f} ms{}", io::to_string(status),
                              bounds ? simulation.out_of_bounds() + ", for " : "", first.gid - whole.first_gid(p),
                              job.model.populations[p].name, in_ms(simulation.now()),
                              others > 0 ? fmt::format(", and {} more", others) : "")};
}

std::optional<NetworkHalt> advance_epoch(network::Simulation& simulation, NetworkRecorder& recorder,
                                         const config::NetworkJob& job, double time_to_stop) {
  const std::int64_t end = solvers::in_ticks(job.duration);
  const bool stop = parallel::stop_requested() || parallel::stop_expected_within(time_to_stop);
  const std::span<const network::Spike> spikes = simulation.advance(end, stop ? stop_signal : 0);
  recorder.add(spikes, simulation);
  if (!simulation.failures().empty()) return halted_by(simulation, job);
  if (std::string runaway = recorder.runaway(); !runaway.empty())
    return NetworkHalt{io::RowStatus::runaway_excitation, std::move(runaway)};
  if ((simulation.signals() & stop_signal) != 0 && simulation.now() < end) return NetworkHalt{io::RowStatus::empty, {}};
  return std::nullopt;
}

}  // namespace modscape::study
