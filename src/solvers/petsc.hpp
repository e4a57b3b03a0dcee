// SPDX-License-Identifier: Apache-2.0
// PETSc as this module uses it: every rank for itself, every return code checked, its signal handlers and option files
// left out. For sources of this folder only.
#pragma once
#include <petscsys.h>

#include <string>

namespace modscape::solvers::petsc {

/// Starts PETSc if it does not run yet. InternalError without MPI.
void start();

/// InternalError with PETSc's own words if `code` is not 0.
void check(PetscErrorCode code, const char* call);

std::string version();

}  // namespace modscape::solvers::petsc
