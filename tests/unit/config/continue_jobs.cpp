// SPDX-License-Identifier: Apache-2.0
// Jobs of kind continue and landscape: what they mean and what they refuse.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* head = "[job]\nkind = \"continue\"\n";

ContinueJob read(const std::string& text) {
  return load_job(written("job.toml", head + text), "continue").continuation;
}

std::vector<std::string> problems(const std::string& text) {
  return problems_of([&] { read(text); });
}

TEST(ContinueJobs, CurrentIsTheDefaultParameter) {
  const ContinueJob job = read("[continue]\nfrom = \"0.1 nA\"\nto = 600\n");
  EXPECT_EQ(job.parameter, "amplitude");
  EXPECT_EQ(job.from, 100.0);
  EXPECT_EQ(job.to, 600.0);
  EXPECT_TRUE(job.cycles);
  EXPECT_THAT(job.design.parts, IsEmpty());
}

TEST(ContinueJobs, AnyParameterOfTheNeuronInItsUnit) {
  const ContinueJob job = read(
      "[continue]\nparameter = \"tau_w\"\nfrom = \"0.1 s\"\nto = 300\n[protocol]\namplitude = 250\n[axes]\na = [1, "
      "2]\n");
  EXPECT_EQ(job.from, 100.0);
  EXPECT_EQ(job.protocol.amplitude, 250.0);
  EXPECT_THAT(job.design.parameters(), ElementsAre("a"));
}

TEST(ContinueJobs, ADose) {
  const ContinueJob job = read(
      "[continue]\nparameter = \"dopamine\"\nfrom = 0\nto = \"10 uM\"\n[protocol]\namplitude = 250\n"
      "[modulator.dopamine]\n[[receptor]]\nname = \"D1\"\nmodulator = \"dopamine\"\nEC50 = \"1 uM\"\n"
      "[[effect]]\nreceptor = \"D1\"\nrule = \"shift\"\nparameter = \"E_L\"\nby = \"5 mV\"\nmeasured_at = \"10 uM\"\n");
  EXPECT_EQ(job.to, 10.0);
  EXPECT_EQ(job.modulation.effects.size(), 1U);
}

TEST(ContinueJobs, Refusals) {
  const std::string path = "[continue]\nfrom = 0\nto = 500\n";
  EXPECT_THAT(
      problems("[continue]\nparameter = \"tau_v\"\nfrom = 0\nto = 1\n[protocol]\namplitude = 1\n"),
      ElementsAre(HasSubstr("job.toml:4:13: there is no parameter tau_v to continue in (did you mean tau_w?)")));
  EXPECT_THAT(problems("[continue]\nparameter = \"step_duration\"\nfrom = 0\nto = 1\n[protocol]\namplitude = 1\n"),
              ElementsAre(HasSubstr("there is no parameter step_duration to continue in")));
  EXPECT_THAT(problems("[continue]\nto = 500\n"), ElementsAre(HasSubstr("from")));
  EXPECT_THAT(problems("[continue]\nfrom = 500\nto = 500\n"), ElementsAre(HasSubstr("from must be less than to")));
  EXPECT_THAT(problems("[continue]\nparameter = \"C_m\"\nfrom = -1\nto = 100\n[protocol]\namplitude = 1\n"),
              ElementsAre(HasSubstr("from = -1 pF must be")));
  EXPECT_THAT(problems(path + "[axes]\namplitude = [1, 2]\n"),
              ElementsAre(HasSubstr("amplitude is also varied by the design")));
  EXPECT_THAT(problems("[continue]\nparameter = \"a\"\nfrom = 0\nto = 5\n"),
              ElementsAre(HasSubstr("amplitude is missing in [protocol]")));
  EXPECT_THAT(problems(path + "[protocol]\namplitude = 5\n"), ElementsAre(HasSubstr("amplitude is both")));
  EXPECT_THAT(problems("[neuron]\na = 2\n[continue]\nparameter = \"a\"\nfrom = 0\nto = 5\n[protocol]\namplitude = 1\n"),
              ElementsAre(HasSubstr("a is both in")));
  EXPECT_THAT(
      problems(
          "[neuron]\nV_peak = -20\n[continue]\nparameter = \"V_r\"\nfrom = -10\nto = -5\n[protocol]\namplitude = 1\n"),
      ElementsAre(HasSubstr("V_r")));
  EXPECT_THAT(problems(path + "max_spikes = 17\nmax_ponts = 3\n"), ::testing::SizeIs(2));
}

TEST(ContinueJobs, BothEndsMustBePossible) {
  const std::string path = "[continue]\nparameter = \"V_r\"\nfrom = -60\nto = 10\n[protocol]\namplitude = 100\n";
  EXPECT_THAT(problems(path), ElementsAre(HasSubstr("V_r = 10 mV must be below V_peak = 0 mV (both ends of [continue] "
                                                    "must be possible)")));
  // Somewhere in the design they are.
  EXPECT_THAT(problems(path + "[axes]\nV_peak = [0, 20]\n"), IsEmpty());
}

TEST(ContinueJobs, AnUnknownParameterIsTheOnlyProblem) {
  EXPECT_THAT(problems("[continue]\nparameter = \"current\"\nfrom = 0\nto = 10\n"),
              ElementsAre(HasSubstr("no parameter current to continue in (did you mean amplitude?)")));
}

TEST(ContinueJobs, ResolvedTextIsAFixedPoint) {
  std::vector<std::string> hashes;
  for (const std::string text : {"to = 500\n", "to = 501\n", "to = 500\n[axes]\na = [0, 1]\n"}) {
    const Job job = load_job(written("job.toml", head + ("[continue]\nfrom = 0\n" + text)), "continue");
    const Job again = load_job(written("again.toml", job.resolved), "continue");
    EXPECT_EQ(again.resolved, job.resolved);
    EXPECT_EQ(again.hash, job.hash);
    EXPECT_THAT(hashes, ::testing::Not(::testing::Contains(job.hash)));
    hashes.push_back(job.hash);
  }
}

std::vector<std::string> landscape_problems(const std::string& text) {
  return problems_of([&] { load_job(written("job.toml", "[job]\nkind = \"landscape\"\n" + text), "landscape"); });
}

TEST(LandscapeJobs, StripsAndCells) {
  const std::string text =
      "[job]\nkind = \"landscape\"\n[axes]\na = [0, 2, 3]\n[landscape]\nfrom = 0\nto = \"0.5 nA\"\ncells = 11\n";
  const Job job = load_job(written("job.toml", text), "landscape");
  EXPECT_EQ(job.landscape.parameter, "amplitude");
  EXPECT_EQ(job.landscape.to, 500.0);
  EXPECT_EQ(job.landscape.cells, 11);
  EXPECT_THAT(neuron_design(job).design.parameters(), ElementsAre("a"));
  EXPECT_EQ(load_job(written("again.toml", job.resolved), "landscape").hash, job.hash);
  EXPECT_NE(load_job(written("more.toml", text + "max_spikes = 5\n"), "landscape").hash, job.hash);
}

TEST(LandscapeJobs, Refusals) {
  const std::string path = "[landscape]\nfrom = 0\nto = 500\n";
  const auto one = ElementsAre(HasSubstr("a landscape needs one axis beside the parameter"));
  EXPECT_THAT(landscape_problems(path), one);
  EXPECT_THAT(landscape_problems(path + "[axes]\na = [0, 1]\nb = [1, 2]\n"), one);
  EXPECT_THAT(landscape_problems(path + "[ranges]\na = {from = 0, to = 1}\n[design]\nkind = \"sobol\"\npoints = 8\n"),
              one);
  EXPECT_THAT(landscape_problems(path + "[axes]\na = [1, 0]\n"), ElementsAre(HasSubstr("must increase")));
  EXPECT_THAT(landscape_problems(path + "[axes]\na = [1]\n"), ElementsAre(HasSubstr("two values at least")));
  EXPECT_THAT(landscape_problems(path + "cycles = false\n[axes]\na = [0, 1]\n"), ElementsAre(HasSubstr("cycles")));
  EXPECT_THAT(landscape_problems(path + "cells = 1\n[axes]\na = [0, 1]\n"),
              ElementsAre(HasSubstr("cells = 1 must be")));
}

}  // namespace
}  // namespace modscape::config
