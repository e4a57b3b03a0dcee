// SPDX-License-Identifier: Apache-2.0
#include "solvers/newton.hpp"

#include <petscsnes.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "core/error.hpp"
#include "solvers/petsc.hpp"

namespace modscape::solvers {
namespace {
using petsc::check;

/// Owned PETSc object.
template <class T, PetscErrorCode (*Destroy)(T*)>
class Owned {
 public:
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    PetscBool running = PETSC_FALSE;  // after the session's end there is nothing left to free
    if (object_ != nullptr && PetscInitialized(&running) == 0 && running) Destroy(&object_);
  }
  T* out() noexcept { return &object_; }
  // NOLINTNEXTLINE(google-explicit-constructor): a handle, meant to be passed to PETSc
  operator T() const noexcept { return object_; }

 private:
  T object_ = nullptr;
};

constexpr double growth_limit = 1e6;  ///< of the residual, against that of the guess: divergence
}  // namespace

std::string to_string(NewtonEnd end) {
  switch (end) {
    case NewtonEnd::converged:
      return "converged";
    case NewtonEnd::iterations:
      return "did not converge within the allowed iterations";
    case NewtonEnd::diverged:
      return "diverged";
    case NewtonEnd::undefined:
      return "left the range where the equations are defined";
    case NewtonEnd::singular:
      return "met a singular Jacobian";
  }
  throw InternalError("no such end of Newton's method");
}

struct Newton::Impl {
  std::size_t n;
  Owned<Vec, VecDestroy> x, f;
  Owned<Mat, MatDestroy> jacobian;
  Owned<SNES, SNESDestroy> snes;
  // Of the running solve.
  const NonlinearSystem* system = nullptr;
  NewtonOptions options;
  std::vector<double> rows;
  std::vector<double> residuals;
  bool undefined = false;
  std::exception_ptr failure;  ///< must not pass through PETSc

  explicit Impl(std::size_t size) : n(size), rows(size * size) {
    petsc::start();
    const auto count = static_cast<PetscInt>(n);
    check(VecCreateSeq(PETSC_COMM_SELF, count, x.out()), "VecCreateSeq");
    check(VecDuplicate(x, f.out()), "VecDuplicate");
    check(MatCreateSeqDense(PETSC_COMM_SELF, count, count, nullptr, jacobian.out()), "MatCreateSeqDense");
    check(SNESCreate(PETSC_COMM_SELF, snes.out()), "SNESCreate");
    check(SNESSetType(snes, SNESNEWTONLS), "SNESSetType");
    SNESLineSearch search = nullptr;
    check(SNESGetLineSearch(snes, &search), "SNESGetLineSearch");
    // Full steps: a continuation step that Newton cannot do is made shorter, which is the better damping.
    check(SNESLineSearchSetType(search, SNESLINESEARCHBASIC), "SNESLineSearchSetType");
    KSP ksp = nullptr;
    PC pc = nullptr;
    check(SNESGetKSP(snes, &ksp), "SNESGetKSP");
    check(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
    check(KSPGetPC(ksp, &pc), "KSPGetPC");
    check(PCSetType(pc, PCLU), "PCSetType");
    check(SNESSetFunction(snes, f, &Impl::residual, this), "SNESSetFunction");
    check(SNESSetJacobian(snes, jacobian, jacobian, &Impl::fill, this), "SNESSetJacobian");
    check(SNESSetConvergenceTest(snes, &Impl::judge, this, nullptr), "SNESSetConvergenceTest");
  }

  /// Runs a callback of the caller's; what it throws is kept for solve().
  template <class Action>
  PetscErrorCode guarded(Action action) noexcept {
    try {
      return action();
    } catch (...) {
      failure = std::current_exception();
      return PETSC_ERR_USER;
    }
  }

  static PetscErrorCode residual(SNES snes, Vec at, Vec value, void* self_pointer) {
    auto* self = static_cast<Impl*>(self_pointer);
    return self->guarded([&]() -> PetscErrorCode {
      const PetscScalar* from = nullptr;
      PetscScalar* to = nullptr;
      PetscCall(VecGetArrayRead(at, &from));
      PetscCall(VecGetArray(value, &to));
      const std::span<double> out(to, self->n);
      const bool defined = self->system->residual({from, self->n}, out) &&
                           std::ranges::all_of(out, [](double element) { return std::isfinite(element); });
      if (!defined) std::ranges::fill(out, 0.0);
      PetscCall(VecRestoreArray(value, &to));
      PetscCall(VecRestoreArrayRead(at, &from));
      if (!defined) {
        self->undefined = true;
        PetscCall(SNESSetFunctionDomainError(snes));
      }
      return 0;
    });
  }

  static PetscErrorCode fill(SNES snes, Vec at, Mat, Mat matrix, void* self_pointer) {
    auto* self = static_cast<Impl*>(self_pointer);
    return self->guarded([&]() -> PetscErrorCode {
      const PetscScalar* from = nullptr;
      PetscScalar* to = nullptr;
      PetscCall(VecGetArrayRead(at, &from));
      const bool defined = self->system->jacobian({from, self->n}, self->rows) &&
                           std::ranges::all_of(self->rows, [](double element) { return std::isfinite(element); });
      PetscCall(VecRestoreArrayRead(at, &from));
      if (!defined) {
        self->undefined = true;
        PetscCall(SNESSetJacobianDomainError(snes));
        return 0;
      }
      PetscCall(MatDenseGetArrayWrite(matrix, &to));
      for (std::size_t row = 0; row < self->n; ++row)
        for (std::size_t column = 0; column < self->n; ++column)
          to[column * self->n + row] = self->rows[row * self->n + column];
      PetscCall(MatDenseRestoreArrayWrite(matrix, &to));
      PetscCall(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
      PetscCall(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
      return 0;
    });
  }

  static PetscErrorCode judge(SNES, PetscInt iteration, PetscReal, PetscReal step, PetscReal norm,
                              SNESConvergedReason* reason, void* self_pointer) {
    auto* self = static_cast<Impl*>(self_pointer);
    return self->guarded([&]() -> PetscErrorCode {
      self->residuals.push_back(norm);
      *reason = SNES_CONVERGED_ITERATING;
      if (self->undefined)
        *reason = SNES_DIVERGED_FUNCTION_DOMAIN;
      else if (norm <= self->options.residual_tolerance)
        *reason = SNES_CONVERGED_FNORM_ABS;
      else if (iteration > 0 && step <= self->options.step_tolerance)
        *reason = SNES_CONVERGED_SNORM_RELATIVE;
      else if (norm > growth_limit * std::max(1.0, self->residuals.front()))
        *reason = SNES_DIVERGED_DTOL;
      else if (iteration >= self->options.max_iterations)
        *reason = SNES_DIVERGED_MAX_IT;
      return 0;
    });
  }

  NewtonEnd end_of(SNESConvergedReason reason) const {
    if (undefined) return NewtonEnd::undefined;
    if (reason > 0) return NewtonEnd::converged;
    return reason == SNES_DIVERGED_MAX_IT ? NewtonEnd::iterations : NewtonEnd::diverged;
  }
};

Newton::Newton(std::size_t n) : impl_(std::make_unique<Impl>(n)) {}
Newton::~Newton() = default;
Newton::Newton(Newton&&) noexcept = default;
Newton& Newton::operator=(Newton&&) noexcept = default;

NewtonResult Newton::solve(const NonlinearSystem& system, std::span<double> x, const NewtonOptions& options) {
  Impl& s = *impl_;
  if (x.size() != s.n) throw InternalError("Newton: the guess has another size than the system");
  s.system = &system;
  s.options = options;
  s.residuals.clear();
  s.undefined = false;
  s.failure = nullptr;
  // PETSc's own limits out of the way: judge() decides.
  check(SNESSetTolerances(s.snes, 0.0, 0.0, 0.0, options.max_iterations + 1, -1), "SNESSetTolerances");
  PetscScalar* values = nullptr;
  check(VecGetArray(s.x, &values), "VecGetArray");
  std::ranges::copy(x, values);
  check(VecRestoreArray(s.x, &values), "VecRestoreArray");
  const PetscErrorCode code = SNESSolve(s.snes, nullptr, s.x);
  if (s.failure) std::rethrow_exception(s.failure);
  const bool zero_pivot = code == PETSC_ERR_MAT_LU_ZRPVT;  // dense LU reports it as an error
  if (!zero_pivot) check(code, "SNESSolve");
  check(VecGetArray(s.x, &values), "VecGetArray");
  std::copy_n(values, s.n, x.begin());
  check(VecRestoreArray(s.x, &values), "VecRestoreArray");
  SNESConvergedReason reason = SNES_CONVERGED_ITERATING;
  PetscInt iterations = 0;
  check(SNESGetConvergedReason(s.snes, &reason), "SNESGetConvergedReason");
  check(SNESGetIterationNumber(s.snes, &iterations), "SNESGetIterationNumber");
  return {zero_pivot ? NewtonEnd::singular : s.end_of(reason), static_cast<int>(iterations), s.residuals};
}

}  // namespace modscape::solvers
