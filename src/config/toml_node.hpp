// SPDX-License-Identifier: Apache-2.0
// A parsed TOML document as plain data with the place of every key and value. Keeps toml++ out of all other files.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem_list.hpp"
#include "core/units.hpp"

namespace modscape::config {

/// What a reader took a placeholder for.
struct ReadAs {
  bool read = false;
  std::string text;
  Unit unit = Unit::one;
  double lower = 0, upper = 0;
  bool open_lower = false;
};

struct TomlNode {
  /// `varied`: a placeholder for a number that differs from point to point (network_points.hpp); it reads as NaN.
  enum class Kind { table, array, text, integer, real, boolean, other, varied };
  Kind kind = Kind::table;
  Place place;      ///< of the value
  Place key_place;  ///< of its key; for items of an array that of the value
  std::string text;
  double real = 0;
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<std::string> keys;    ///< of a table, same order as `items`
  std::vector<TomlNode> items;      ///< of a table or array
  std::shared_ptr<ReadAs> read_as;  ///< of a placeholder

  const TomlNode* find(std::string_view key) const;
};

/// "a table", "a number" …: for messages.
std::string_view kind_text(const TomlNode& node);

/// Parses a document; a syntax error is BadInput with its place.
TomlNode parse_toml(std::string_view document, const std::string& path);

}  // namespace modscape::config
