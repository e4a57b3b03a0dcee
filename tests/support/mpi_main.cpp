// SPDX-License-Identifier: Apache-2.0
// GoogleTest's main for tests that run under mpirun. Three ways in which plain GoogleTest hangs or hides a failure are
// closed:
//   a rank that leaves a test by a fatal failure, while others wait in a collective  -> MPI_Abort after the message;
//   an exception on one rank                                                         -> terminate handler, MPI_Abort;
//   a failure on one rank only                                                       -> every rank ends with the same
//   code.
// In tests: EXPECT for what one rank sees, ASSERT only for what all ranks see alike.
#include <gtest/gtest.h>

#include <cstdio>
#include <exception>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace {
using modscape::parallel::Communicator;

/// Prints this rank's failures with its number: only rank 0 has the usual printer.
class RankListener : public testing::EmptyTestEventListener {
 public:
  explicit RankListener(const Communicator& world) : world_(world) {}

 private:
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d: %s\n", world_.rank(), result.file_name() ? result.file_name() : "?",
                 result.line_number(), result.message());
    if (result.fatally_failed()) modscape::parallel::abort_job(1);
  }

  // Collective: a test that failed on any rank is a failed test everywhere.
  void OnTestEnd(const testing::TestInfo& info) override {
    if (world_.all_of(info.result()->Passed() || info.result()->Skipped()) || info.result()->Failed()) return;
    std::fprintf(stderr, "[rank %d] %s.%s passed here but failed on another rank\n", world_.rank(),
                 info.test_suite_name(), info.name());
  }

  const Communicator& world_;
};

[[noreturn]] void abort_on_terminate() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    std::fputs("fatal: terminate without an exception\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fatal: %s\n", error.what());
  } catch (...) {
    std::fputs("fatal: an exception of unknown type\n", stderr);
  }
  modscape::parallel::abort_job(static_cast<int>(modscape::ExitCode::internal));
}

void keep_output_on_root(const Communicator& world) {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  if (!world.is_root()) {
    delete listeners.Release(listeners.default_result_printer());
    delete listeners.Release(listeners.default_xml_generator());  // ranks would overwrite one another's report
  }
  listeners.Append(new RankListener(world));
}
}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(abort_on_terminate);
  testing::InitGoogleTest(&argc, argv);
  testing::GTEST_FLAG(catch_exceptions) = false;
  const modscape::parallel::Session session(&argc, &argv);
  const Communicator world = Communicator::world();
  keep_output_on_root(world);
  return static_cast<int>(world.max(RUN_ALL_TESTS()));
}
