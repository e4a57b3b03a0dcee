// SPDX-License-Identifier: Apache-2.0
// How things go wrong, and with which exit code. `Expected` carries what a scientist expects to fail (a point, a key);
// a `Failure` is thrown for what ends the job. docs/design.md §4 lists the exit codes.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace modscape {

/// Process exit codes (sysexits.h where it has one).
enum class ExitCode : int {
  done = 0,
  too_many_failures = 3,
  bad_input = 64,
  internal = 70,
  io_failure = 74,
  stopped = 75
};

/// One thing wrong with the input: where ("job.toml:4:7"), what, and what to do about it (may be empty).
struct Problem {
  std::string place;
  std::string message;
  std::string suggestion;
};

/// "place: message (suggestion)".
std::string to_string(const Problem& problem);

/// Ends the job with `code`; what() is the text for the user.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// All the problems found in the input, at once (exit 64).
class BadInput : public Failure {
 public:
  explicit BadInput(std::vector<Problem> problems);
  BadInput(std::string place, std::string message, std::string suggestion = {});
  const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// A read or write failed (exit 74).
class IoFailure : public Failure {
 public:
  explicit IoFailure(const std::string& text) : Failure(ExitCode::io_failure, text) {}
};

/// A bug of ours, or MPI failed (exit 70).
class InternalError : public Failure {
 public:
  explicit InternalError(const std::string& text) : Failure(ExitCode::internal, text) {}
};

/// Why an expected failure happened; `message` is one sentence for a person.
struct Error {
  std::string message;
};

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> unexpected(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace modscape
