// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "core/rng.hpp"
#include "network/source_index.hpp"

namespace modscape::network {
namespace {

// Rows of random sizes, most of them empty, against plain sums.
void expect_rows(std::uint64_t unit) {
  constexpr std::int64_t sources = 5000;
  SourceIndex index(sources);
  std::vector<std::uint64_t> starts{0};
  RandomWords words(1, Purpose::connectivity, unit);
  for (std::int64_t source = 0; source < sources; ++source) {
    const std::uint64_t size = source % 700 < 300 || words.below(4) > 0 ? 0 : unit * words.below(9);
    index.add(source, size);
    starts.push_back(starts.back() + size);
  }
  index.finish();
  EXPECT_EQ(index.size(), starts.back());
  for (std::size_t source = 0; source + 1 < starts.size(); ++source) {
    const auto [first, last] = index(static_cast<std::int64_t>(source));
    ASSERT_EQ(last - first, starts[source + 1] - starts[source]) << source;
    ASSERT_TRUE(first == last || first == starts[source]) << source;
  }
}

TEST(SourceIndex, FindsEveryRow) {
  expect_rows(1);
}

TEST(SourceIndex, CountsBeyond32Bits) {
  expect_rows(std::uint64_t{1} << 22U);
}

TEST(SourceIndex, SourcesWithoutSynapsesHereCostAQuarterOfAByte) {
  SourceIndex index(1000000);
  for (std::int64_t source = 0; source < 1000000; source += 1000) index.add(source, 3);
  index.finish();
  EXPECT_LT(index.bytes(), 250000 + 4 * 1001 + 64);
}

TEST(SourceIndex, NoSynapses) {
  SourceIndex index(65);
  index.finish();
  EXPECT_EQ(index(0).first, index(0).last);
  EXPECT_EQ(index(64).first, index(64).last);
}

}  // namespace
}  // namespace modscape::network
