// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "io/crc32c.hpp"
#include "io/results_file.hpp"

namespace {
using namespace modscape;

io::LiveTable table() {
  io::LiveTable t;
  t.path = "/sweep";
  t.rows = 10;
  t.axes = {{"current", "pA", "current", {0, 50, 100}}, {"half", "1", "half", {0, 1}}};
  t.columns = {{"a", io::ColumnType::f64, "nS", "a", {}},
               {"rate", io::ColumnType::f64, "Hz", "rate", {"current", "half"}},
               {"count", io::ColumnType::i32, "1", "count", {"current"}}};
  return t;
}

TEST(RowBlock, MissingCellsAreNoNumbers) {
  io::RowBlock block(table(), 4, 2);
  for (std::size_t c = 0; c < 3; ++c) block.set_missing(5, c);
  for (const double cell : block.f64(5, 1)) EXPECT_TRUE(std::isnan(cell));
  for (const std::int32_t cell : block.i32(5, 2)) EXPECT_EQ(cell, io::missing_code);
  EXPECT_EQ(block.f64(4, 0)[0], 0.0);
}

TEST(RowBlock, CellsHaveTheShapeOfTheirAxes) {
  io::RowBlock block(table(), 4, 2);
  EXPECT_EQ(block.f64(4, 0).size(), 1U);
  EXPECT_EQ(block.f64(5, 1).size(), 6U);
  EXPECT_EQ(block.i32(5, 2).size(), 3U);
  EXPECT_EQ(block.width(1), 6U);
  EXPECT_EQ(block.column_bytes(1).size(), 2 * 6 * sizeof(double));
  EXPECT_EQ(block.status(4), io::RowStatus::empty);
}

TEST(RowBlock, CrcCoversTheBytesOfOneRowInColumnOrderAndItsStatus) {
  io::RowBlock block(table(), 4, 2);
  block.f64(5, 0)[0] = -0.0;
  for (std::size_t i = 0; i < 6; ++i) block.f64(5, 1)[i] = static_cast<double>(i);
  block.i32(5, 2)[2] = -7;
  std::string bytes;
  const auto append = [&](const auto& cells) {
    bytes.append(reinterpret_cast<const char*>(cells.data()), cells.size_bytes());
  };
  append(block.f64(5, 0));
  append(block.f64(5, 1));
  append(block.i32(5, 2));
  block.set_status(5, io::RowStatus::done);
  bytes += '\1';
  EXPECT_EQ(block.crcs().at(1), io::crc32c(bytes.data(), bytes.size()));
  EXPECT_NE(block.crcs().at(1), block.crcs().at(0));
}

TEST(RowBlock, MisuseIsABug) {
  io::RowBlock block(table(), 4, 2);
  EXPECT_THROW(block.f64(3, 0), InternalError);
  EXPECT_THROW(block.f64(6, 0), InternalError);
  EXPECT_THROW(block.i32(4, 0), InternalError);
  EXPECT_THROW(io::RowBlock(table(), 9, 2), InternalError);
  io::LiveTable unknown_axis = table();
  unknown_axis.columns[0].axes = {"dose"};
  EXPECT_THROW(io::RowBlock(unknown_axis, 0, 1), InternalError);
}

TEST(RowStatus, EveryCodeHasAName) {
  for (int code = 0; code <= static_cast<int>(io::last_status); ++code)
    EXPECT_NE(io::to_string(static_cast<io::RowStatus>(code)), "unknown");
}
}  // namespace
