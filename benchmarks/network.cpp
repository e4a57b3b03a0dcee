// SPDX-License-Identifier: Apache-2.0
// One measurement of the network engine, on the ranks it is started with; `scripts/bench network` (network.py) makes
// series of them, times peers in between and prints JSON lines.
//   bench_network JOB.toml SECONDS NEURONS   builds the network of the job, runs 200 ms of it and, timed, SECONDS more,
//   at
//                                            the job's settings. On one rank the spikes of NEURONS neurons in all this
//                                            are compared with a replay of their input. Prints one JSON object.
//   bench_network --table                    memory and communication of a rank on up to 10^5 ranks, as Markdown
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "config/job.hpp"
#include "network/rank_resources.hpp"
#include "network/simulation.hpp"
#include "solvers/adex_ensemble.hpp"
#include "support/recorded_input.hpp"
#include "support/spike_errors.hpp"
#include "sweep/progress.hpp"

namespace {
using namespace modscape;
using Clock = std::chrono::steady_clock;

constexpr double warm_up = 200.0;  // ms

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t resident_bytes() {
  ::malloc_trim(0);
  std::int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

/// Errors of `neurons` neurons, spread over the populations, in the run whose spikes these are.
test_support::SpikeErrors errors(const config::NetworkJob& job, std::span<const network::Spike> spikes, double duration,
                                 std::int64_t neurons) {
  const network::Partition whole(job.model, 0, 1);
  std::int64_t size = 0;
  for (const models::Population& p : job.model.populations)
    if (p.kind == models::Population::Kind::adex) size += p.size;
  std::vector<std::int64_t> gids;
  for (std::int64_t k = 0; k < neurons; ++k) gids.push_back(k * size / neurons);
  const auto inputs = test_support::recorded_input(job.model, job.seed, spikes, gids);
  test_support::SpikeErrors errors;
  for (std::size_t k = 0; k < gids.size(); ++k) {
    const models::Population& p = job.model.populations[whole.population_of(gids[k])];
    std::vector<double> ours;
    for (const network::Spike& spike : spikes)
      if (spike.gid == gids[k]) ours.push_back(solvers::in_ms(spike.tick));
    errors.compare(ours, test_support::SynapticReference(p.neuron, p.ports, p.current)
                             .spikes(inputs[k], duration, p.initial_V.value, p.initial_w.value));
  }
  return errors;
}

void measure(const parallel::Communicator& world, const std::string& path, double seconds, std::int64_t neurons) {
  const config::NetworkJob job = config::load_job(path, "network").network;
  const std::int64_t before = world.sum(resident_bytes());
  auto start = Clock::now();
  network::Simulation simulation(world, job.model, {job.seed, job.tolerance});
  world.barrier();
  const double build = seconds_since(start);
  const bool replay = world.size() == 1 && neurons > 0 && job.model.backgrounds.empty();
  std::vector<network::Spike> spikes;
  std::vector<std::int64_t> counts(job.model.populations.size(), 0);
  const auto run = [&](double until, bool count) {
    while (simulation.now() < solvers::in_ticks(until)) {
      const auto epoch = simulation.advance(solvers::in_ticks(until));
      if (replay) spikes.insert(spikes.end(), epoch.begin(), epoch.end());
      if (count)
        for (const network::Spike& spike : epoch) ++counts[simulation.partition().population_of(spike.gid)];
    }
    world.barrier();
  };
  run(warm_up, false);
  const double end = warm_up + 1000.0 * seconds, cpu_before = cpu_seconds();
  const std::int64_t delivered_before = simulation.delivered();
  start = Clock::now();
  run(end, true);
  const double wall = seconds_since(start);
  const double cpu = 1e-6 * static_cast<double>(world.sum(std::llround(1e6 * (cpu_seconds() - cpu_before))));
  const auto recorded = static_cast<std::int64_t>(spikes.capacity() * sizeof(network::Spike));
  const std::int64_t resident = world.sum(resident_bytes()) - before - recorded;
  const std::int64_t delivered = world.sum(simulation.delivered() - delivered_before);
  const network::MemoryUse use = simulation.memory();
  const auto synapses = static_cast<double>(world.sum(static_cast<std::int64_t>(use.synapses)));
  const auto counted = static_cast<double>(world.sum(static_cast<std::int64_t>(use.synapse_bytes)));
  std::string rates, error = "null";
  for (std::size_t p = 0; p < counts.size(); ++p)
    rates += fmt::format("{}\"{}\": {:.3f}", p > 0 ? ", " : "", job.model.populations[p].name,
                         static_cast<double>(counts[p]) / static_cast<double>(job.model.populations[p].size) / seconds);
  if (replay) {
    const test_support::SpikeErrors e = errors(job, spikes, end, neurons);
    if (e.spikes > 0)
      error = fmt::format(R"({{"spikes": {}, "mean": {:.2g}, "worst": {:.2g}, "parted": {}}})", e.spikes, e.mean(),
                          e.worst, e.parted);
  }
  if (world.is_root())
    fmt::print(
        "{{\"ranks\": {}, \"simd\": \"{}\", \"tolerance\": {:g}, \"build\": {:.4g}, \"wall\": {:.4g}, \"cpu\": {:.4g}, "
        "\"seconds\": {:g}, \"events\": {}, \"synapses\": {:.0f}, \"counted_bytes\": {:.0f}, \"resident_bytes\": {}, "
        "\"rates\": {{{}}}, \"error\": {}}}\n",
        world.size(), solvers::simd_target(), job.tolerance, build, wall, cpu, seconds, delivered, synapses, counted,
        resident, rates, error);
}

/// Excitatory and inhibitory neurons as those of N1 and N2, 4 to 1, with this many synapses onto each.
models::NetworkModel cortex(double neurons, std::int64_t excitatory, std::int64_t inhibitory) {
  models::NetworkModel m;
  for (const double share : {0.8, 0.2}) {
    models::Population p;
    p.size = std::llround(share * neurons);
    p.ports.resize(2);
    m.populations.push_back(p);
  }
  for (std::size_t from = 0; from < 2; ++from)
    for (std::size_t to = 0; to < 2; ++to) {
      models::Projection p;
      p.from = from;
      p.to = to;
      p.indegree = from == 0 ? excitatory : inhibitory;
      p.weight.value = 1.0;
      p.delay.value = 1.5;
      m.projections.push_back(p);
    }
  return m;
}

void table() {
  const std::vector<double> rates{3.0, 10.0};  // Hz: N1 and N2 have 2 to 3 and 8 to 12
  const auto bytes = [](double number) { return sweep::format_bytes(number); };
  const auto power_of_ten = [](double number) { return fmt::format("10^{:.0f}", std::log10(number)); };
  const auto lines = [&](const char* title, std::initializer_list<double> counts, auto&& neurons_on) {
    fmt::print(
        "{}\n\n| ranks | neurons | synapses per rank | memory per rank | of it synapses | index | neurons | spikes "
        "| sent per rank and s | received |\n|---|---|---|---|---|---|---|---|---|---|\n",
        title);
    for (const double ranks : counts) {
      const double neurons = neurons_on(ranks);
      const network::RankResources r =
          network::rank_resources(cortex(neurons, 800, 200), static_cast<int>(ranks), rates);
      fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", power_of_ten(ranks), power_of_ten(neurons),
                 power_of_ten(r.synapses), bytes(r.memory()), bytes(r.synapse_bytes), bytes(r.index_bytes),
                 bytes(r.neuron_bytes), bytes(r.spike_bytes), bytes(r.sent), bytes(r.received));
    }
    fmt::print("\n");
  };
  lines("Weak: 10^4 neurons per rank", {1, 10, 100, 1e3, 1e4, 1e5}, [](double ranks) { return 1e4 * ranks; });
  lines("Strong: 10^8 neurons", {100, 1e3, 1e4, 1e5}, [](double) { return 1e8; });
}

}  // namespace

int main(int argc, char** argv) {
  const parallel::Session session(&argc, &argv);
  if (argc == 2 && std::string_view(argv[1]) == "--table") {
    table();
    return 0;
  }
  if (argc != 4) {
    fmt::print(stderr, "usage: bench_network JOB.toml SECONDS NEURONS | --table\n");
    return 64;
  }
  measure(parallel::Communicator::world(), argv[1], std::atof(argv[2]), std::atoll(argv[3]));
}
