// SPDX-License-Identifier: Apache-2.0
// Newton's method for small dense systems, by PETSc's SNES (full steps, LU). One process, no communication.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace modscape::solvers {

/// Both return false where the function is not defined: the solution then ends as `undefined`. Non-finite values count
/// as undefined too.
struct NonlinearSystem {
  std::function<bool(std::span<const double> x, std::span<double> f)> residual;
  std::function<bool(std::span<const double> x, std::span<double> j)> jacobian;  ///< n x n, row-major
};

struct NewtonOptions {
  double residual_tolerance = 1e-12;  ///< 2-norm of f
  double step_tolerance = 1e-10;      ///< 2-norm of the last correction
  int max_iterations = 10;
};

enum class NewtonEnd : std::uint8_t { converged, iterations, diverged, undefined, singular };
std::string to_string(NewtonEnd end);

struct NewtonResult {
  NewtonEnd end = NewtonEnd::undefined;
  int iterations = 0;
  std::vector<double> residuals;  ///< 2-norm of f before each iteration and after the last
  bool converged() const noexcept { return end == NewtonEnd::converged; }
};

/// Reusable for many systems of n unknowns. MPI must be initialised (parallel::Session). Unknowns and equations are
/// taken as they are: scale them to be of order 1.
class Newton {
 public:
  explicit Newton(std::size_t n);
  ~Newton();
  Newton(Newton&&) noexcept;
  Newton& operator=(Newton&&) noexcept;

  /// From the guess in `x`, which holds the solution afterwards (the last iterate if it did not converge).
  NewtonResult solve(const NonlinearSystem& system, std::span<double> x, const NewtonOptions& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace modscape::solvers
