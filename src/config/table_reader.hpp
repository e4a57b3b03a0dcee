// SPDX-License-Identifier: Apache-2.0
// Typed access to one table of a job file. Every key that is asked for counts as known; finish() reports the rest.
// Problems are collected, never thrown, and a faulty value reads as NaN (or the default), so that checks further on
// stay quiet about it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/job_tables.hpp"
#include "config/problem_list.hpp"
#include "config/toml_node.hpp"

namespace modscape::config {

class TableReader {
 public:
  /// `node` may be null (an absent table: every key has its default); `name` is for messages ("protocol.step").
  TableReader(const TomlNode* node, std::string name, Place parent, ProblemList& problems);

  bool present() const { return node_ != nullptr; }
  bool has(const std::string& key);
  bool is_table(const std::string& key);
  bool is_empty_list(const std::string& key);
  Place place() const { return place_; }
  /// Of the value under `key`, or of the table when it is absent.
  Place place_of(const std::string& key) const;
  std::vector<std::string> keys() const;

  TableReader table(const std::string& key);
  /// The elements of an array of tables ([[name.key]]).
  std::vector<TableReader> tables(const std::string& key);

  /// A number or text with a unit, checked against the row's bounds.
  double quantity(const ParameterInfo& info);
  /// A list of them; absent reads as empty.
  std::vector<double> quantities(const ParameterInfo& info);
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t lower, std::int64_t upper);
  /// A list of whole numbers; absent reads as empty.
  std::vector<std::int64_t> integers(const std::string& key);
  std::string text(const std::string& key, const std::string& fallback);
  /// A list of texts; absent reads as empty.
  std::vector<std::string> texts(const std::string& key);
  /// One text or a list of them; absent reads as empty.
  std::vector<std::string> one_or_more_texts(const std::string& key);
  std::string required_text(const std::string& key, const std::string& what);
  /// A list of lists of texts, [["a", "b"]]; absent reads as empty.
  std::vector<std::vector<std::string>> text_lists(const std::string& key);
  /// One of `options`; the first is the default.
  std::string choice(const std::string& key, const std::vector<std::string>& options);
  bool flag(const std::string& key, bool fallback);
  /// Path of the file named under `key`, relative to the job file; empty when left out or when there is no such file.
  std::string file(const std::string& key, const std::string& job_path);

  /// Records a problem at `key`, which is thereby known.
  void refuse(const std::string& key, std::string message, std::string suggestion = {});
  /// Reports every key nobody asked for.
  void finish();

  template <class P>
  void rows(const ParameterTable<P>& table, P& into) {
    for (const auto& row : table) into.*row.member = quantity(row);
  }

 private:
  const TomlNode* find(const std::string& key);
  const TomlNode* find_kind(const std::string& key, TomlNode::Kind kind, std::string_view expected);
  double number(const TomlNode& node, const ParameterInfo& info);
  std::string title() const;

  const TomlNode* node_;
  std::string name_;
  Place place_;
  ProblemList* problems_;
  std::vector<std::string> known_;
};

}  // namespace modscape::config
