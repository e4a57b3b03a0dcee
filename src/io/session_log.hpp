// SPDX-License-Identifier: Apache-2.0
// The sessions of a results file: one JSON line per start of the job, in space that was reserved at creation, so that
// writing them is a raw write that a kill cannot turn into a damaged file. Used by rank 0.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "io/h5.hpp"

namespace modscape::io {

class TreeReader;

/// The lines in use, one per session.
std::vector<std::string> used_sessions(const TreeReader& file);

class SessionLog {
 public:
  SessionLog() = default;
  /// Takes the first free line; when all are used, the last one.
  SessionLog(hid_t file, std::map<std::string, std::string> entries);
  /// Adds or replaces entries of this session's line and writes it.
  void note(const std::map<std::string, std::string>& entries);
  /// The value of `key` in the sessions before this one, without repetition.
  std::vector<std::string> earlier(const std::string& key) const;
  /// Before the file is closed and after it is opened again.
  void detach() { lines_ = h5::Dataset(); }
  void attach(hid_t file);

 private:
  void write() const;

  h5::Dataset lines_;
  std::size_t line_ = 0;
  std::map<std::string, std::string> entries_;
  std::vector<std::string> earlier_lines_;
};

}  // namespace modscape::io
