// SPDX-License-Identifier: Apache-2.0
// Acceptance of verdicts along paths: whole studies of synthetic recordings whose truth is known, an effect on one
// parameter each. A switch that did not happen may be claimed in at most 5 % of the pairs; the confusion matrix is
// printed and kept in path_confusion.md. Two pairs of each kind here; MODSCAPE_RECOVERY_PAIRS=20 takes more than an
// hour, and MODSCAPE_RECOVERY_CELLS says how many cells are recorded.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>

#include "dynamics/excitability.hpp"
#include "fit/fi_prediction.hpp"
#include "io/results_file.hpp"
#include "solvers/adex_ensemble.hpp"
#include "study/study.hpp"
#include "support/study_job.hpp"

namespace modscape {
namespace {

using models::AdexParameters;

constexpr std::uint64_t seed = 4711;
constexpr double highest_current = 300.0, highest_model_current = 400.0, offset_sd = 30.0;  // pA

int setting(const char* name, int usual) {
  const char* text = std::getenv(name);
  return text == nullptr ? usual : std::atoi(text);
}

struct Kind {
  std::string truth, name;
};
const std::array<Kind, 6> kinds{{{"none", "same neuron"},
                                 {"scaling", "threshold by E_L"},
                                 {"scaling", "gain by b"},
                                 {"switching", "spontaneous by E_L"},
                                 {"switching", "bursting by V_r"},
                                 {"switching", "onset class by a"}}};

struct Response {
  double rheobase = NAN, gain = NAN;
  dynamics::Excitability excitability;
};

Response response(const AdexParameters& p) {
  solvers::AdexEnsemble ensemble(1e-3);
  const fit::FiProtocol protocol{test_support::current_steps(-100.0, highest_model_current, 20.0), 500.0};
  const models::ModulatedNeuron neuron{p};
  const fit::FiRow row = fit::compute_fi_rows({&neuron, 1}, protocol, ensemble).front();
  const fit::FiCurveModel curve(protocol.currents, row.counts, row.rheobase, row.count_at_rheobase);
  return {row.rheobase, curve.count(row.rheobase + 100.0) - row.count_at_rheobase,
          dynamics::excitability(neuron, {.from = 0.0, .to = highest_model_current, .least = 5.0})};
}

AdexParameters random_base(const CounterRng& rng) {
  std::uint64_t step = 0;
  const auto between = [&](double low, double high) { return low + (high - low) * rng.uniform(step++); };
  AdexParameters p{};
  p.C_m = between(70, 160);
  p.g_L = between(3, 6);
  p.E_L = -70.0;
  p.V_T = -50.0;
  p.Delta_T = 2.0;
  p.a = between(0, 0.5);
  p.b = between(20, 60);
  p.tau_w = 100.0;
  p.V_r = between(-65, -57);
  p.V_peak = 0.0;
  p.t_ref = 2.0;
  return p;
}

AdexParameters changed(AdexParameters p, const std::string& name, const CounterRng& rng) {
  const double u = rng.uniform(100), side = rng.uniform(101) < 0.5 ? -1.0 : 1.0;
  if (name == "threshold by E_L") p.E_L += side * (8.0 + 10.0 * u);
  if (name == "gain by b") p.b *= side > 0.0 ? 3.0 + 3.0 * u : 0.1 + 0.15 * u;
  if (name == "spontaneous by E_L") p.E_L += 18.0 + 6.0 * u;
  if (name == "bursting by V_r") p.V_r = p.V_T + 2.0 + 4.0 * u;
  if (name == "onset class by a") p.a = 3.0 + 3.0 * u;
  return p;
}

bool holds(const std::string& name, const Response& from, const Response& to) {
  if (to.excitability.spans.empty() || std::isnan(to.rheobase)) return false;
  const std::int32_t changes = dynamics::regime_changes(from.excitability, to.excitability);
  const double shift = std::abs(to.rheobase - from.rheobase), ratio = to.gain / from.gain;
  if (name == "same neuron") return true;
  if (name == "threshold by E_L") return changes == 0 && shift >= 60.0 && shift <= 120.0;
  if (name == "gain by b") return changes == 0 && (ratio > 1.4 || ratio < 1.0 / 1.4);
  if (name == "spontaneous by E_L") return (changes & dynamics::changes_spontaneous) != 0;
  if (name == "bursting by V_r") return (changes & dynamics::changes_pattern) != 0;
  return (changes & dynamics::changes_onset) != 0 && to.rheobase < 250.0;
}

struct Pair {
  AdexParameters base, modulated;
};

Pair pair_of(const Kind& kind, std::uint64_t item) {
  for (std::uint64_t attempt = 0; attempt < 1000; ++attempt) {
    const CounterRng rng(seed, Purpose::pilot, 1000 * item + attempt);
    const AdexParameters base = random_base(rng);
    const Response from = response(base);
    if (from.excitability.spans.empty() || !(from.rheobase > 90.0 && from.rheobase < 170.0)) continue;
    if (from.excitability.onset != dynamics::OnsetClass::saddle_node) continue;
    const AdexParameters modulated = changed(base, kind.name, rng);
    if (holds(kind.name, from, response(modulated))) return {base, modulated};
  }
  throw InternalError("no pair of neurons for " + kind.name);
}

// Five parameters of the base are unknown; the gauge is the true one.
config::StudyJob study_of_pair(const Pair& pair, std::uint64_t item, int cells) {
  const test_support::CellProtocol protocol{test_support::current_steps(0.0, highest_current, 20.0), 500.0, cells,
                                            offset_sd};
  config::StudyJob job =
      test_support::study_of(test_support::record_cells(pair.base, protocol, "control", seed, 2 * item),
                             test_support::record_cells(pair.modulated, protocol, "modulated", seed, 2 * item + 1));
  job.neuron = pair.base;
  const std::vector<std::string> unknown{"C_m", "g_L", "a", "b", "V_r"};
  std::erase_if(job.ranges,
                [&](const config::Range& range) { return std::ranges::find(unknown, range.name) == unknown.end(); });
  for (config::Range& range : job.ranges) {
    if (range.name == "V_r") range.upper = pair.base.V_T + 8.0;
    if (range.name == "a") range.upper = 8.0;
  }
  job.max_current = highest_model_current;
  job.points = 4096;
  job.rounds = 3;
  job.draws = 512;
  job.accepted = 64;
  job.integrator.rtol = 1e-6;
  job.seed = item + 1;
  job.effect.wanted = true;
  job.effect.rounds = 6;
  job.effect.draws = 512;
  job.effect.pairs = false;
  job.effect.paths = setting("MODSCAPE_RECOVERY_PATHS", 192);
  return job;
}

struct Outcome {
  std::string verdict, reason, unpaired;
};

Outcome judge(const parallel::Communicator& world, const Kind& kind, std::uint64_t item, int cells) {
  const std::string path = fmt::format("path_pair_{}_{}.h5", item, cells);
  const config::Job job =
      test_support::job_of(study_of_pair(pair_of(kind, item), item, cells), fmt::format("path_{}_{}", item, cells));
  EXPECT_EQ(study::run_study(world, job, path, {.force = true}), study::StudyOutcome::done);
  const io::TreeReader file(path);
  const std::string pair = "control_to_modulated", along = "/path_verdict/" + pair;
  return {file.attribute(along, "verdict"), file.attribute(along, "reason"),
          file.attribute("/verdict/" + pair, "verdict")};
}

TEST(PathRecovery, ClaimsNoSwitchThatDidNotHappen) {
  const parallel::Communicator world = parallel::Communicator::world();
  const auto pairs = static_cast<std::uint64_t>(setting("MODSCAPE_RECOVERY_PAIRS", 2));
  const auto first = static_cast<std::uint64_t>(setting("MODSCAPE_RECOVERY_FIRST", 0));
  const int cells = setting("MODSCAPE_RECOVERY_CELLS", 12);
  const std::vector<std::string> verdicts{"switching", "scaling", "none", "undetermined"};
  std::map<std::string, std::map<std::string, int>> count;
  std::map<std::string, int> of_truth;
  std::string details;
  for (std::uint64_t i = first; i < first + pairs; ++i)
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      const Outcome outcome = judge(world, kinds[k], kinds.size() * i + k, cells);
      ++count[kinds[k].name][outcome.verdict];
      ++of_truth[kinds[k].truth];
      const std::string line = fmt::format("{} | {} | {} | {} | {} | {}\n", cells, kinds[k].truth, kinds[k].name,
                                           outcome.verdict, outcome.unpaired, outcome.reason);
      details += line;
      if (world.is_root()) fmt::print("{}", line);
      std::fflush(stdout);
    }
  int false_switching = 0, right_scaling = 0, right_none = 0;
  std::string matrix = "| truth | by |";
  for (const std::string& verdict : verdicts) matrix += " " + verdict + " |";
  matrix += "\n|---|---|---|---|---|---|\n";
  for (const Kind& kind : kinds) {
    matrix += fmt::format("| {} | {} |", kind.truth, kind.name);
    for (const std::string& verdict : verdicts) matrix += fmt::format(" {} |", count[kind.name][verdict]);
    matrix += "\n";
    if (kind.truth != "switching") false_switching += count[kind.name]["switching"];
    if (kind.truth == "scaling") right_scaling += count[kind.name]["scaling"];
    if (kind.truth == "none") right_none += count[kind.name]["none"];
  }
  if (world.is_root()) {
    fmt::print("\n{}\n", matrix);
    std::ofstream("path_confusion.md") << matrix << "\n" << details;
  }
  EXPECT_LE(false_switching, 0.05 * (of_truth["scaling"] + of_truth["none"]));
  // A verdict that never commits itself is no verdict.
  EXPECT_GE(right_scaling + right_none, 0.4 * (of_truth["scaling"] + of_truth["none"]));
}

}  // namespace
}  // namespace modscape
