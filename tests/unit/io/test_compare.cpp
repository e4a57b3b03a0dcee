// SPDX-License-Identifier: Apache-2.0
// The equality oracle finds every planted difference, and nothing else.
#include "io/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "io/h5.hpp"
#include "io/results_file.hpp"

namespace {
using namespace modscape;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The content of a small file; a test changes one thing.
struct Content {
  std::vector<double> draws{0, 1, 2};
  std::vector<double> g_L{1, 0.0, NAN};
  std::string units = "nS";
  std::string axis_of_b = "draw";
  bool integer_b = false, with_c = true;
  std::map<std::string, std::string> provenance{{"start", "2026-11-21T11:22:47Z"}};

  void write(const std::string& path) const {
    io::write_tree_file(path, true, provenance, [&](io::TreeWriter& tree) {
      tree.axis("/fit/draw", draws, "1", "draw");
      tree.axis("/fit/twin", draws, "1", "draw");
      tree.dataset("/fit/g_L", g_L, {"draw"}, units, "leak conductance");
      if (integer_b)
        tree.dataset("/fit/b", std::vector<std::int32_t>(draws.size(), 5), {axis_of_b}, "pA", "b");
      else
        tree.dataset("/fit/b", std::vector<double>(draws.size(), 5), {axis_of_b}, "pA", "b");
      if (with_c) tree.dataset("/fit/c", std::vector<std::string>{"text"}, {}, "c");
    });
  }
};

class CompareTest : public testing::Test {
 protected:
  void SetUp() override { Content().write(a); }
  void TearDown() override {
    std::filesystem::remove(a);
    std::filesystem::remove(b);
  }
  std::vector<std::string> differences(const Content& changed, std::size_t limit = 50) {
    changed.write(b);
    return io::compare_files(a, b, limit);
  }
  std::string a = "a.h5", b = "b.h5";
};

TEST_F(CompareTest, EqualFilesAreEqualEvenWithNaN) {
  EXPECT_THAT(differences({}), IsEmpty());
}

TEST_F(CompareTest, ProvenanceIsOutsideEquality) {
  Content other;
  other.provenance = {{"start", "another time"}, {"host", "n2"}};
  EXPECT_THAT(differences(other), IsEmpty());
}

TEST_F(CompareTest, Shape) {
  Content other;
  other.draws = {0, 1, 2, 3};
  other.g_L = {1, 0.0, NAN, 4};
  EXPECT_THAT(differences(other), Contains(HasSubstr("/fit/g_L: shape [3] against [4]")));
}

TEST_F(CompareTest, Type) {
  Content other;
  other.integer_b = true;
  EXPECT_THAT(differences(other), ElementsAre("/fit/b: type float64 against int32"));
}

TEST_F(CompareTest, MissingDataset) {
  Content other;
  other.with_c = false;
  EXPECT_THAT(differences(other), ElementsAre("/fit: object 'c' only in the first file"));
}

TEST_F(CompareTest, OneBit) {
  Content other;
  other.g_L[0] = std::nextafter(1.0, 2.0);
  EXPECT_THAT(differences(other),
              ElementsAre("/fit/g_L: 1 of 3 values differ, first at element 0: 1 against 1.0000000000000002"));
}

TEST_F(CompareTest, MinusZero) {
  Content other;
  other.g_L[1] = -0.0;
  EXPECT_THAT(differences(other), ElementsAre(HasSubstr("first at element 1: 0 against -0")));
}

TEST_F(CompareTest, PayloadOfNaN) {
  Content other;
  other.g_L[2] = -NAN;
  EXPECT_THAT(differences(other), ElementsAre(HasSubstr("/fit/g_L: 1 of 3")));
}

TEST_F(CompareTest, Attribute) {
  Content other;
  other.units = "uS";
  EXPECT_THAT(differences(other), ElementsAre("/fit/g_L@units: values differ"));
  other.units = "siemens";
  EXPECT_THAT(differences(other), ElementsAre("/fit/g_L@units: type text of 2 bytes against text of 7 bytes"));
}

TEST_F(CompareTest, AttachedAxis) {
  Content other;
  other.axis_of_b = "twin";
  EXPECT_THAT(differences(other), ElementsAre(HasSubstr("/fit/b: axes of dimension 0")));
}

TEST_F(CompareTest, ManyDifferencesAreCutShort) {
  Content other;
  other.units = "uS";
  other.g_L[0] = 7;
  other.with_c = false;
  const std::vector<std::string> lines = differences(other, 2);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.back(), "... and more");
}

/// Writes one dataset of the given shape with a different byte at `element`, larger than a comparison block.
void write_large(const std::string& path, const std::vector<hsize_t>& shape, std::size_t element) {
  const io::h5::File file = io::h5::create_file(path);
  std::vector<std::int32_t> values(io::h5::elements(shape), 3);
  values.at(element) = 4;
  const io::h5::Dataset data = io::h5::create_dataset(file.get(), "/large", H5T_STD_I32LE, shape);
  io::h5::write_all(data.get(), H5T_NATIVE_INT32, values.data(), "/large");
}

TEST_F(CompareTest, EveryBlockOfALargeDatasetIsRead) {
  const std::vector<std::vector<hsize_t>> shapes{
      {3000001}, {3, 1000001}, {1000001, 3}, {2, 1100000, 1}, {2, 2, 800000}};
  for (const std::vector<hsize_t>& shape : shapes) {
    const std::size_t last = io::h5::elements(shape) - 1;
    write_large(a, shape, 0);
    write_large(b, shape, last);
    EXPECT_THAT(io::compare_files(a, b),
                ElementsAre(HasSubstr("2 of " + std::to_string(last + 1) + " values differ, first at element 0")));
  }
}
}  // namespace
