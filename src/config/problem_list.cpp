// SPDX-License-Identifier: Apache-2.0
#include "config/problem_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace modscape::config {
namespace {

constexpr std::size_t most_printed = 100;

std::string place_text(const std::string& file, Place place) {
  if (place.line == 0) return file;
  if (place.column == 0) return fmt::format("{}:{}", file, place.line);
  return fmt::format("{}:{}:{}", file, place.line, place.column);
}

}  // namespace

void ProblemList::add(Place place, std::string message, std::string suggestion) {
  own_.push_back({place, {place_text(file_, place), std::move(message), std::move(suggestion)}});
}

void ProblemList::add(const BadInput& other) {
  others_.insert(others_.end(), other.problems().begin(), other.problems().end());
}

void ProblemList::throw_if_any() const {
  if (empty()) return;
  std::vector<Placed> sorted = own_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::vector<Problem> all;
  for (Placed& placed : sorted) all.push_back(std::move(placed.problem));
  all.insert(all.end(), others_.begin(), others_.end());
  if (all.size() > most_printed) {
    const std::size_t rest = all.size() - most_printed;
    all.resize(most_printed);
    all.push_back({file_, fmt::format("and {} more problems", rest), {}});
  }
  throw BadInput(std::move(all));
}

}  // namespace modscape::config
