// SPDX-License-Identifier: Apache-2.0
#include "io/agreement.hpp"

#include "core/error.hpp"
#include "io/archive.hpp"

namespace modscape::io {
namespace {
/// What became of an action: its bytes, or the failure to be thrown again.
struct Outcome {
  int code = static_cast<int>(ExitCode::done);
  std::string text;
  std::vector<std::string> problems;  // place, message, suggestion of each
  std::string bytes;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & code & text & problems & bytes;
  }
};

Outcome attempt(const std::function<std::string()>& action) {
  Outcome outcome;
  try {
    outcome.bytes = action();
  } catch (const BadInput& failure) {
    outcome.code = static_cast<int>(failure.code());
    for (const Problem& problem : failure.problems())
      outcome.problems.insert(outcome.problems.end(), {problem.place, problem.message, problem.suggestion});
  } catch (const Failure& failure) {
    outcome.code = static_cast<int>(failure.code());
    outcome.text = failure.what();
  } catch (const std::exception& failure) {
    outcome.code = static_cast<int>(ExitCode::internal);
    outcome.text = failure.what();
  }
  return outcome;
}

void throw_if_failed(const Outcome& outcome) {
  const auto code = static_cast<ExitCode>(outcome.code);
  if (code == ExitCode::done) return;
  if (code == ExitCode::io_failure) throw IoFailure(outcome.text);
  if (code == ExitCode::internal) throw InternalError(outcome.text);
  if (outcome.problems.empty()) throw Failure(code, outcome.text);
  std::vector<Problem> problems;
  for (std::size_t i = 0; i + 2 < outcome.problems.size(); i += 3)
    problems.push_back({outcome.problems[i], outcome.problems[i + 1], outcome.problems[i + 2]});
  throw BadInput(problems);
}

Outcome received(const std::string& bytes) {
  Expected<Outcome> outcome = unpack<Outcome>(bytes);
  if (!outcome) throw InternalError("outcome of another rank: " + outcome.error().message);
  return *outcome;
}
}  // namespace

std::string on_root(const parallel::Communicator& comm, const std::function<std::string()>& action) {
  const std::string bytes = comm.broadcast(comm.is_root() ? pack(attempt(action)) : std::string());
  const Outcome outcome = received(bytes);
  throw_if_failed(outcome);
  return outcome.bytes;
}

void on_all(const parallel::Communicator& comm, const std::function<void()>& action) {
  const Outcome mine = attempt([&] {
    action();
    return std::string();
  });
  std::string first_failure;
  for (const std::string& bytes : comm.gather(pack(mine)))
    if (first_failure.empty() && received(bytes).code != static_cast<int>(ExitCode::done)) first_failure = bytes;
  first_failure = comm.broadcast(first_failure);
  if (!first_failure.empty()) throw_if_failed(received(first_failure));
}

}  // namespace modscape::io
