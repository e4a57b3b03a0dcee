// SPDX-License-Identifier: Apache-2.0
// Resolved text and hash: the same job has the same ones, another job has others.
#include <filesystem>

#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::source_dir;
using test::written;

const std::string simulation = "[job]\nkind = \"simulate\"\n[protocol]\nduration = \"100 ms\"\n";

TEST(Identity, DefaultsOrderUnitsCommentsAndOutputDoNotCount) {
  const Job plain = load_job(written("a.toml", simulation), "");
  const Job spelled =
      load_job(written("b.toml",
                       "# other words\n[protocol]\nholding = 0\nduration = \"0.1 s\"\n[neuron]\nb = 80.5\n"
                       "[job]\noutput = \"x.h5\"\nkind = \"simulate\"\n"),
               "");
  EXPECT_EQ(spelled.output, "x.h5");
  EXPECT_EQ(plain.resolved, spelled.resolved);
  EXPECT_EQ(plain.hash, spelled.hash);
  EXPECT_EQ(plain.hash.size(), 64u);
}

TEST(Identity, AnyValueCounts) {
  const Job plain = load_job(written("a.toml", simulation), "");
  const Job other = load_job(written("b.toml", simulation + "[neuron]\nb = 80.50000001\n"), "");
  EXPECT_NE(plain.hash, other.hash);
}

TEST(Identity, ContentOfFilesCountsTheirFolderDoesNot) {
  const std::string job = simulation + "file = \"wave.csv\"\n";
  const auto hash_in = [&](const std::string& folder, const std::string& wave) {
    std::filesystem::create_directories(folder);
    written(folder + "/wave.csv", wave);
    return load_job(written(folder + "/job.toml", job), "").hash;
  };
  const std::string first = hash_in("one", "0,0\n1,5\n");
  EXPECT_EQ(first, hash_in("two", "0,0\n1,5\n"));
  EXPECT_NE(first, hash_in("two", "0,0\n1,6\n"));
}

// The resolved text is itself a job file that means the same.
TEST(Identity, ResolvedTextIsAFixedPoint) {
  std::filesystem::create_directories("fixed");
  for (const char* table : {"zhai2025_fi.csv", "zhai2025_rheobase.csv"})
    std::filesystem::copy_file(source_dir() + "/jobs/data/" + table, std::string("fixed/") + table,
                               std::filesystem::copy_options::overwrite_existing);
  for (const char* name :
       {"spn_levodopa_state", "spn_levodopa_effects", "examples/bifurcation_diagram", "examples/excitability_landscape",
        "examples/small_study", "examples/small_sweep", "examples/landscape", "examples/dose_response",
        "examples/nested_design", "examples/simulate_bg2005", "examples/sheet_network", "examples/small_network",
        "examples/network_landscape", "network_10k", "network_100k", "cortical_states", "cortical_states_map"}) {
    const Job job = load_job(source_dir() + "/jobs/" + name + ".toml", "");
    const Job again = load_job(written("fixed/resolved.toml", job.resolved), job.kind);
    EXPECT_EQ(again.resolved, job.resolved);
    EXPECT_EQ(again.hash, job.hash);
  }
}

// A finished study whose job gets a table [effect] goes on from its file.
TEST(Identity, AStudyGrowsByItsEffects) {
  written("fi.csv", "condition,current,mean,sem,n\noff,50,1,1,4\non,50,2,1,4\n");
  const std::string text =
      "[job]\nkind = \"study\"\n[data]\nfi = \"fi.csv\"\n[[condition]]\nname = \"off\"\n[[condition]]\nname = \"on\"\n"
      "[[pair]]\nfrom = \"off\"\nto = \"on\"\n[gauge]\nE_L = -85\nV_T = -45\n";
  const Job without = load_job(written("without.toml", text), ""),
            with = load_job(written("with.toml", text + "[effect]\n"), "");
  EXPECT_FALSE(without.study.effect.wanted);
  EXPECT_TRUE(with.study.effect.wanted);
  EXPECT_NE(with.hash, without.hash);
  EXPECT_EQ(with.earlier_hashes, std::vector{without.hash});
  EXPECT_TRUE(without.earlier_hashes.empty());
}

TEST(Identity, TextWithQuotesAndLineBreaksSurvives) {
  written("fi.csv", "condition,current,mean,sem,n\noff,50,1,1,4\n");
  const Job job =
      load_job(written("quotes.toml",
                       "[job]\nkind = \"study\"\ntitle = 'a \"b\" \\ c'\n[data]\nfi = \"fi.csv\"\ncaveat = \"\"\"one\n"
                       "two\"\"\"\n[[condition]]\nname = \"off\"\n[gauge]\nE_L = -85\nV_T = -45\n"),
               "");
  const Job again = load_job(written("quotes2.toml", job.resolved), "");
  EXPECT_EQ(again.study.title, "a \"b\" \\ c");
  EXPECT_EQ(again.study.caveat, "one\ntwo");
  EXPECT_EQ(again.hash, job.hash);
}

}  // namespace
}  // namespace modscape::config
