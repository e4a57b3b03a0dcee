// SPDX-License-Identifier: Apache-2.0
// Acceptance of the verdicts: whole studies of synthetic recordings whose truth is known. A switch that did not happen
// may be claimed in at most 5 % of the pairs; how many true switches and scalings are found is printed and kept in
// verdict_confusion.md (docs/verdict.md holds the table of the released version).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "io/results_file.hpp"
#include "study/study.hpp"
#include "support/study_job.hpp"
#include "support/verdict_truth.hpp"

namespace modscape {
namespace {
using test_support::PairMaker;
using test_support::TruePair;

constexpr int pairs_per_truth = 10;
constexpr double highest_current = 300.0, highest_model_current = 400.0;  // pA
constexpr std::uint64_t seed = 20260;

const std::vector<std::string> truths{"switching", "scaling", "none"};
const std::vector<std::string> verdicts{"switching", "scaling", "none", "undetermined"};

struct Outcome {
  TruePair pair;
  test_support::TrueResponse from, to;
  std::string verdict, reason;
  double p_switching = 0, p_scaling = 0, p_none = 0, ess = 0;
};

std::vector<TruePair> true_pairs(const PairMaker& maker) {
  std::vector<TruePair> pairs;
  for (std::uint64_t i = 0; i < pairs_per_truth; ++i) {
    pairs.push_back(maker.switching(i));
    pairs.push_back(maker.scaling(100 + i));
    pairs.push_back(maker.none(200 + i));
  }
  return pairs;
}

config::StudyJob study_of_pair(const TruePair& pair, std::size_t number) {
  const test_support::CellProtocol protocol{test_support::current_steps(0.0, highest_current, 20.0)};
  config::StudyJob job =
      test_support::study_of(test_support::record_cells(pair.control, protocol, "control", seed, 2 * number),
                             test_support::record_cells(pair.modulated, protocol, "modulated", seed, 2 * number + 1));
  // The default priors exclude two kinds of switch: firing without input needs E_L near V_T, repetitive bursting V_r
  // above V_T.
  job.ranges.push_back({"E_L", -85.0, -30.0, config::Scale::linear});
  for (config::Range& range : job.ranges)
    if (range.name == "V_r") range.upper = -37.0;
  job.max_current = highest_model_current;
  job.points = 20480;
  job.rounds = 12;
  job.draws = 1024;
  job.accepted = 192;
  job.integrator.rtol = 1e-6;
  job.seed = number + 1;
  return job;
}

Outcome judge(const parallel::Communicator& world, const PairMaker& maker, const TruePair& pair, std::size_t number) {
  const std::string path = fmt::format("pair_{:02}.h5", number);
  const config::Job job = test_support::job_of(study_of_pair(pair, number), fmt::format("verdict_recovery_{}", number));
  EXPECT_EQ(study::run_study(world, job, path, {.force = true}), study::StudyOutcome::done);
  Outcome outcome{pair, maker.response(pair.control), maker.response(pair.modulated), {}, {}};
  const io::TreeReader file(path);
  const std::string verdict = "/verdict/control_to_modulated";
  outcome.verdict = file.attribute(verdict, "verdict");
  outcome.reason = file.attribute(verdict, "reason");
  outcome.p_switching = file.number(verdict, "p_switching");
  outcome.p_scaling = file.number(verdict, "p_scaling");
  outcome.p_none = file.number(verdict, "p_none");
  outcome.ess = std::min(file.number("/fit/control", "ess"), file.number("/fit/modulated", "ess"));
  return outcome;
}

std::string line_of(const Outcome& o) {
  return fmt::format("| {} | {} | {} -> {} | {:+.0f} | {:.2f} | **{}** | {:.2f} | {:.2f} | {:.2f} | {:.0f} |\n",
                     o.pair.truth, o.pair.kind, o.from.regimes, o.to.regimes, o.to.rheobase - o.from.rheobase,
                     o.to.gain / o.from.gain, o.verdict, o.p_switching, o.p_scaling, o.p_none, o.ess);
}

std::string confusion_matrix(std::map<std::string, std::map<std::string, int>> count) {
  std::string text = "| truth \\ verdict |";
  for (const std::string& verdict : verdicts) text += " " + verdict + " |";
  text += "\n|---|---|---|---|---|\n";
  for (const std::string& truth : truths) {
    text += "| " + truth + " |";
    for (const std::string& verdict : verdicts) text += fmt::format(" {} |", count[truth][verdict]);
    text += "\n";
  }
  return text;
}

// `|` would end a table's cell.
std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find("t|", at)) != std::string::npos; at += 3) text.replace(at, 2, "t\\|");
  for (std::size_t at = 0; (at = text.find("g|", at)) != std::string::npos; at += 3) text.replace(at, 2, "g\\|");
  return text;
}

TEST(VerdictRecovery, ClaimsNoSwitchThatDidNotHappen) {
  const parallel::Communicator world = parallel::Communicator::world();
  const PairMaker maker(test_support::current_steps(0.0, highest_model_current, 20.0), 500.0, seed);
  const std::vector<TruePair> pairs = true_pairs(maker);
  std::map<std::string, std::map<std::string, int>> count;
  std::string details;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Outcome outcome = judge(world, maker, pairs[i], i);
    ++count[outcome.pair.truth][outcome.verdict];
    details += escaped(line_of(outcome));
    if (world.is_root()) fmt::print("{}    {}\n", line_of(outcome), outcome.reason);
    std::fflush(stdout);
  }
  const int false_switching = count["scaling"]["switching"] + count["none"]["switching"];
  const std::string matrix = confusion_matrix(count);
  if (world.is_root()) {
    fmt::print("\n{}\n", matrix);
    for (const std::string& truth : truths)
      fmt::print("power {}: {} of {}\n", truth, count[truth][truth], pairs_per_truth);
    std::ofstream("verdict_confusion.md")
        << matrix
        << "\n| truth | by | regimes | shift (pA) | gain ratio | verdict | p switching | p scaling | p none | "
        << "smaller ESS |\n|---|---|---|---|---|---|---|---|---|---|\n"
        << details;
  }
  EXPECT_LE(false_switching, 0.05 * 2 * pairs_per_truth);
  // A verdict that never commits itself is no verdict.
  EXPECT_GE(count["scaling"]["scaling"], 5);
  EXPECT_GE(count["none"]["none"], 7);
}

}  // namespace
}  // namespace modscape
