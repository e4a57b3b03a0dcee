// SPDX-License-Identifier: Apache-2.0
#include "core/error.hpp"

namespace modscape {
namespace {
std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text.push_back('\n');
    text += to_string(problem);
  }
  return text;
}
}  // namespace

std::string to_string(const Problem& problem) {
  std::string text = problem.place;
  if (!text.empty()) text += ": ";
  text += problem.message;
  if (!problem.suggestion.empty()) text.append(" (").append(problem.suggestion).append(")");
  return text;
}

BadInput::BadInput(std::vector<Problem> problems)
    : Failure(ExitCode::bad_input, join(problems)), problems_(std::move(problems)) {}

BadInput::BadInput(std::string place, std::string message, std::string suggestion)
    : BadInput(std::vector<Problem>{{std::move(place), std::move(message), std::move(suggestion)}}) {}

}  // namespace modscape
