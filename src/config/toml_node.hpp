// SPDX-License-Identifier: Apache-2.0
// A parsed TOML document as plain data with the place of every key and value. Keeps toml++ out of all other files.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem_list.hpp"

namespace modscape::config {

struct TomlNode {
  enum class Kind { table, array, text, integer, real, boolean, other };
  Kind kind = Kind::table;
  Place place;      ///< of the value
  Place key_place;  ///< of its key; for items of an array that of the value
  std::string text;
  double real = 0;
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<std::string> keys;  ///< of a table, same order as `items`
  std::vector<TomlNode> items;    ///< of a table or array

  const TomlNode* find(std::string_view key) const;
};

/// "a table", "a number" …: for messages.
std::string_view kind_text(const TomlNode& node);

/// Parses a document; a syntax error is BadInput with its place.
TomlNode parse_toml(std::string_view document, const std::string& path);

}  // namespace modscape::config
