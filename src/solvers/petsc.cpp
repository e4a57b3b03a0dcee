// SPDX-License-Identifier: Apache-2.0
#include "solvers/petsc.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace modscape::solvers::petsc {

void check(PetscErrorCode code, const char* call) {
  if (code == 0) return;
  const char* text = nullptr;
  PetscErrorMessage(code, &text, nullptr);
  throw InternalError(fmt::format("{} failed: {}", call, text != nullptr ? text : "unknown PETSc error"));
}

void start() {
  PetscBool running = PETSC_FALSE;
  check(PetscInitialized(&running), "PetscInitialized");
  if (running) return;
  parallel::Session::before_end([] {
    PetscPopErrorHandler();
    PetscFinalize();
  });
  PETSC_COMM_WORLD = MPI_COMM_SELF;  // ranks solve different problems: nothing here may wait for another
  // Signals are ours (parallel/stop_signal.hpp), and a file in somebody's home must not change a result.
  check(PetscOptionsSetValue(nullptr, "-no_signal_handler", nullptr), "PetscOptionsSetValue");
  check(PetscOptionsSetValue(nullptr, "-skip_petscrc", nullptr), "PetscOptionsSetValue");
  check(PetscInitializeNoArguments(), "PetscInitialize");
  check(PetscPushErrorHandler(&PetscReturnErrorHandler, nullptr), "PetscPushErrorHandler");
}

std::string version() {
  return fmt::format("{}.{}.{}", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR, PETSC_VERSION_SUBMINOR);
}

}  // namespace modscape::solvers::petsc
