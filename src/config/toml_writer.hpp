// SPDX-License-Identifier: Apache-2.0
// Writes the canonical text of a job: one value has one text.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_node.hpp"
#include "core/parameter_table.hpp"

namespace modscape::config {

std::string quoted(const std::string& text);
std::string quantity_text(double value, Unit unit);
std::string list_text(const std::vector<double>& values, Unit unit);

/// The document without comments, in its order; the text reads back as the same document.
std::string document_text(const TomlNode& document);

class TomlWriter {
 public:
  void table(std::string_view name) { text_ += fmt::format("\n[{}]\n", name); }
  void element(std::string_view name) { text_ += fmt::format("\n[[{}]]\n", name); }
  void text(std::string_view key, const std::string& value) { line(key, quoted(value)); }
  void integer(std::string_view key, std::int64_t value) { line(key, fmt::format("{}", value)); }
  void seed(std::uint64_t value) { line("seed", fmt::format("{}", value)); }
  void flag(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
  void line(std::string_view key, const std::string& value) { text_ += fmt::format("{} = {}\n", key, value); }
  /// The digest is a comment: the text stays a job file that can be run.
  void file(std::string_view key, const std::string& path);
  void quantity(const ParameterInfo& info, double value) {
    if (!std::isnan(value)) line(info.name, quantity_text(value, info.unit));
  }
  void currents(std::string_view key, const std::vector<double>& values) { line(key, list_text(values, Unit::pA)); }
  template <class P>
  void rows(const ParameterTable<P>& table, const P& values) {
    for (const auto& row : table) quantity(row, values.*row.member);
  }
  const std::string& result() const { return text_; }

 private:
  std::string text_;
};

}  // namespace modscape::config
