// SPDX-License-Identifier: Apache-2.0
// What the tree writer writes, the tree reader reads; and xarray finds every axis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "io/results_file.hpp"

namespace {
using namespace modscape;
using testing::ElementsAre;

void fill(io::TreeWriter& tree) {
  tree.attribute("/", "title", "models");
  tree.axis("/models/draw", std::vector<double>{0, 1, 2}, "1", "accepted draw");
  tree.label_axis("/models/condition", {"control", "D1 µM"}, "condition");
  tree.dataset("/models/fit/g_L", std::vector<double>{1, 2, -0.0}, {"draw"}, "nS", "leak conductance");
  tree.dataset("/models/fit/spikes", std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}, {"draw", "condition"}, "1", "spikes");
  tree.dataset("/models/fit/source", std::vector<std::string>{"a", "", "ccc"}, {"draw"}, "source");
  tree.dataset("/models/evidence", std::vector<double>{2.5}, {}, "", "one number");
  tree.attribute("/models/fit", "null_rate", 0.04);
  tree.attribute("/models/fit/g_L", "remark", "");
}

class TreeTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove(path); }
  void TearDown() override { std::filesystem::remove(path); }
  std::string path = "tree_test.h5";
};

TEST_F(TreeTest, RoundTrip) {
  const std::string long_text(100000, 'x');
  io::write_tree_file(path, false, {{"seed", "7"}, {"job_text", long_text}}, fill);
  const io::TreeReader tree(path);
  EXPECT_THAT(tree.f64("/models/fit/g_L"), ElementsAre(1, 2, 0));
  EXPECT_TRUE(std::signbit(tree.f64("/models/fit/g_L")[2]));
  EXPECT_THAT(tree.shape("/models/fit/spikes"), ElementsAre(3, 2));
  EXPECT_THAT(tree.i32("/models/fit/spikes"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(tree.f64("/models/fit/spikes"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(tree.strings("/models/fit/source"), ElementsAre("a", "", "ccc"));
  EXPECT_THAT(tree.strings("/models/condition_label"), ElementsAre("control", "D1 µM"));
  EXPECT_THAT(tree.shape("/models/evidence"), ElementsAre());
  EXPECT_THAT(tree.f64("/models/evidence"), ElementsAre(2.5));
  EXPECT_EQ(tree.attribute("/models/fit/g_L", "units"), "nS");
  EXPECT_EQ(tree.attribute("/models/evidence", "units"), "1");
  EXPECT_EQ(tree.attribute("/models/fit/g_L", "remark"), "");
  EXPECT_EQ(tree.attribute("/", "program"), "modscape");
  EXPECT_EQ(tree.attribute("/", "absent"), "");
  EXPECT_EQ(tree.number("/models/fit", "null_rate"), 0.04);
  EXPECT_TRUE(std::isnan(tree.number("/models/fit", "absent")));
  EXPECT_EQ(tree.attribute("/provenance", "seed"), "7");
  EXPECT_THAT(tree.strings("/provenance/job_text"), ElementsAre(long_text));
  EXPECT_THAT(tree.children("/models"), ElementsAre("condition", "condition_label", "draw", "evidence", "fit"));
  EXPECT_TRUE(tree.exists("/models/fit"));
  EXPECT_FALSE(tree.exists("/models/fit/g_L/below_a_dataset"));
}

TEST_F(TreeTest, ReadingTheWrongThingIsBadInput) {
  io::write_tree_file(path, false, {}, fill);
  const io::TreeReader tree(path);
  EXPECT_THROW(tree.f64("/models/fit/absent"), BadInput);
  EXPECT_THROW(tree.f64("/models/fit"), BadInput);
  EXPECT_THROW(tree.i32("/models/fit/g_L"), BadInput);
  EXPECT_THROW(tree.u8("/models/fit/spikes"), BadInput);
  EXPECT_THROW(tree.strings("/models/fit/g_L"), BadInput);
  EXPECT_THROW(tree.f64("/models/fit/source"), BadInput);
}

TEST_F(TreeTest, AnExistingFileIsKeptUnlessForced) {
  std::ofstream(path) << "mine";
  EXPECT_THROW(io::write_tree_file(path, false, {}, fill), BadInput);
  EXPECT_EQ(std::filesystem::file_size(path), 4U);
  io::write_tree_file(path, true, {}, fill);
  EXPECT_TRUE(io::TreeReader(path).exists("/models"));
}

TEST_F(TreeTest, AFailureLeavesNothingBehind) {
  const auto fail = [](io::TreeWriter& tree) {
    fill(tree);
    throw IoFailure("planted");
  };
  EXPECT_THROW(io::write_tree_file(path, false, {}, fail), IoFailure);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST_F(TreeTest, ValuesMustFitTheirAxes) {
  const auto wrong = [](const std::vector<std::string>& axes) {
    return [axes](io::TreeWriter& tree) {
      tree.axis("/draw", std::vector<double>{0, 1, 2}, "1", "draw");
      tree.dataset("/g_L", std::vector<double>{1, 2}, axes, "nS", "leak conductance");
    };
  };
  EXPECT_THROW(io::write_tree_file(path, false, {}, wrong({"draw"})), InternalError);
  EXPECT_THROW(io::write_tree_file(path, false, {}, wrong({"dose"})), InternalError);
}

TEST_F(TreeTest, AnEmptySetIsASet) {
  io::write_tree_file(path, false, {}, [](io::TreeWriter& tree) {
    tree.axis("/draw", std::vector<double>{}, "1", "draw");
    tree.dataset("/g_L", std::vector<double>{}, {"draw"}, "nS", "leak conductance");
  });
  EXPECT_THAT(io::TreeReader(path).f64("/g_L"), ElementsAre());
}
}  // namespace
