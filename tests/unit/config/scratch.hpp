// SPDX-License-Identifier: Apache-2.0
// Files of a test in its working folder, and the problems that reading them gives.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace modscape::test {

/// Writes the file and returns its name.
inline std::string written(const std::string& name, const std::string& text) {
  std::ofstream(name, std::ios::binary) << text;
  return name;
}

/// "place: message (suggestion)" of every problem; empty when `read` accepts its input.
inline std::vector<std::string> problems_of(const std::function<void()>& read) {
  std::vector<std::string> found;
  try {
    read();
  } catch (const BadInput& bad) {
    for (const Problem& problem : bad.problems()) found.push_back(to_string(problem));
  }
  return found;
}

inline std::string source_dir() {
  return MODSCAPE_SOURCE_DIR;
}

}  // namespace modscape::test
