// SPDX-License-Identifier: Apache-2.0
// The input that 100 neurons of benchmark network N1 (jobs/network_10k.toml) got, spike by spike, replayed in an
// independent integration with errors of 1e-12 per step (support/synaptic_reference.hpp): where the network's spikes
// are wrong, by how much, and how that follows the tolerance.
#include <gtest/gtest.h>

#include "config/job.hpp"
#include "network/simulation.hpp"
#include "support/recorded_input.hpp"
#include "support/spike_errors.hpp"
#include "support/synaptic_input.hpp"

namespace modscape::test_support {
namespace {

constexpr double duration = 1000.0;               // ms
constexpr double fine = 1000.0;                   // steps per time scale: their error per step is about 1e-12
constexpr double start_V = -60.0, start_w = 0.0;  // as in the job
constexpr int neurons = 100;

class NetworkAccuracy : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    job_ = new config::Job(config::load_job(MODSCAPE_SOURCE_DIR "/jobs/network_10k.toml", "network"));
    const config::NetworkJob& n = job_->network;
    const parallel::Communicator self = parallel::Communicator::self();
    network::Simulation simulation(self, n.model, {n.seed, n.tolerance});
    std::vector<network::Spike> spikes;
    while (simulation.now() < solvers::in_ticks(duration)) {
      const auto epoch = simulation.advance(solvers::in_ticks(duration));
      spikes.insert(spikes.end(), epoch.begin(), epoch.end());
    }
    for (std::int64_t k = 0; k < neurons; ++k) gids_.push_back(k * 100 + k % 100);  // 80 RS, 20 FS
    trains_.resize(gids_.size());
    std::vector<std::vector<double>*> train_of(10000, nullptr);
    for (std::size_t k = 0; k < gids_.size(); ++k) train_of[static_cast<std::size_t>(gids_[k])] = &trains_[k];
    for (const network::Spike& spike : spikes)
      if (spike.gid < train_of.size() && train_of[spike.gid] != nullptr)
        train_of[spike.gid]->push_back(solvers::in_ms(spike.tick));
    inputs_ = recorded_input(n.model, n.seed, spikes, gids_);
    for (std::size_t k = 0; k < gids_.size(); ++k) right_.push_back(reference(k, fine));
  }
  static void TearDownTestSuite() { delete job_; }

  static const models::Population& population(std::size_t k) {
    const models::NetworkModel& model = job_->network.model;
    return model.populations[gids_[k] < model.populations[0].size ? 0 : 1];
  }
  static std::vector<double> reference(std::size_t k, double steps) {
    SynapticReference reference(population(k).neuron, population(k).ports, 0.0, steps);
    return reference.spikes(inputs_[k], duration, start_V, start_w);
  }
  // The same neurons under the same input at another tolerance.
  static std::vector<std::vector<double>> replay(double tolerance) {
    std::vector<solvers::SynapticCoefficients> coefficients;
    std::vector<solvers::SynapticNeuron> states(gids_.size());
    for (std::size_t k = 0; k < gids_.size(); ++k)
      coefficients.push_back(solvers::synaptic_coefficients(population(k).neuron, population(k).ports, 0.0));
    for (std::size_t k = 0; k < gids_.size(); ++k) {
      states[k].V = start_V;
      states[k].w = start_w;
      states[k].coefficients = &coefficients[k];
    }
    return kernel_spikes(states, inputs_, duration, tolerance);
  }

  inline static config::Job* job_ = nullptr;
  inline static std::vector<std::int64_t> gids_;
  inline static std::vector<std::vector<double>> trains_, right_;  // ms
  inline static std::vector<std::vector<Arrival>> inputs_;
};

TEST_F(NetworkAccuracy, TheReferenceHasConverged) {
  for (std::size_t k = 3; k < gids_.size(); k += 16) {
    const std::vector<double> coarser = reference(k, fine / 2);
    ASSERT_EQ(coarser.size(), right_[k].size());
    for (std::size_t i = 0; i < coarser.size(); ++i) EXPECT_NEAR(coarser[i], right_[k][i], 1e-9) << "neuron " << k;
  }
}

TEST_F(NetworkAccuracy, TheWholeInputWasRecorded) {
  const auto again = replay(job_->network.tolerance);
  for (std::size_t k = 0; k < gids_.size(); ++k) {
    ASSERT_EQ(again[k].size(), trains_[k].size()) << "neuron " << gids_[k];
    for (std::size_t i = 0; i < again[k].size(); ++i)
      EXPECT_NEAR(again[k][i], trains_[k][i], 1.0 / solvers::ticks_per_ms) << "neuron " << gids_[k];
  }
}

TEST_F(NetworkAccuracy, SpikesAreWhereTheReferencePutsThem) {
  SpikeErrors errors;
  for (std::size_t k = 0; k < gids_.size(); ++k) errors.compare(trains_[k], right_[k]);
  std::printf("%zu spikes of %d neurons: mean error %.2g ms, worst %.2g ms; %zu neurons parted from the reference\n",
              errors.spikes, neurons, errors.mean(), errors.worst, errors.parted);
  EXPECT_GT(errors.spikes, 300U);
  EXPECT_EQ(errors.parted, 0U);
  EXPECT_LE(errors.worst, 1e-3);
}

TEST_F(NetworkAccuracy, IsOfFirstOrderInTheTolerance) {
  double first = 0.0, last = 0.0;
  for (const double tolerance : {1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8}) {
    const auto trains = replay(tolerance);
    SpikeErrors errors;
    for (std::size_t k = 0; k < gids_.size(); ++k) errors.compare(trains[k], right_[k]);
    std::printf("tolerance %g ms: mean error %.2g ms, worst %.2g ms, %zu spikes, %zu parted\n", tolerance,
                errors.mean(), errors.worst, errors.spikes, errors.parted);
    if (tolerance == 1e-4) first = errors.mean();
    last = errors.mean();
  }
  const double order = std::log10(first / last) / 4.0;  // over four decades
  std::printf("order %.2f\n", order);
  EXPECT_GT(order, 0.8);
}

}  // namespace
}  // namespace modscape::test_support
