// SPDX-License-Identifier: Apache-2.0
// Collects everything that is wrong with one input file, so that the user sees all of it at once.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace modscape::config {

/// A position in a text file, from 1; 0 means "not known" and is left out of messages.
struct Place {
  std::uint32_t line = 0, column = 0;
};

class ProblemList {
 public:
  explicit ProblemList(std::string file) : file_(std::move(file)) {}
  void add(Place place, std::string message, std::string suggestion = {});
  /// Takes over the problems of another file (a data table the job refers to).
  void add(const BadInput& other);
  bool empty() const { return own_.empty() && others_.empty(); }
  /// Throws BadInput with the problems in the order of the file; a very long list is cut and says so.
  void throw_if_any() const;

 private:
  struct Placed {
    Place place;
    Problem problem;
  };
  std::string file_;
  std::vector<Placed> own_;
  std::vector<Problem> others_;
};

}  // namespace modscape::config
