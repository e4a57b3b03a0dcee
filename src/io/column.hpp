// SPDX-License-Identifier: Apache-2.0
// Columns and axes of tables: what one dataset of a results file holds.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace modscape::io {

/// An axis of a dataset: a dimension scale with coordinates and units, attached to every dataset that uses it.
struct Axis {
  std::string name;
  std::string units;
  std::string text;
  std::vector<double> values;
};

/// Live tables have columns of f64 and i32, log tables of all.
enum class ColumnType { f64, i32, f32, u64, u32 };

/// One column of a table; `axes` name the trailing dimensions (empty = one number per row).
struct Column {
  std::string name;
  ColumnType type = ColumnType::f64;
  std::string units;
  std::string text;
  std::vector<std::string> axes;
  std::map<std::string, std::string> attributes = {};  ///< further text attributes, such as the meaning of codes
};

}  // namespace modscape::io
