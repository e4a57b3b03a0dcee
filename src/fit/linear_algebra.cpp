// SPDX-License-Identifier: Apache-2.0
#include "fit/linear_algebra.hpp"

#include <fmt/format.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace modscape::fit {

std::vector<double> cholesky(std::vector<double> matrix, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', size, matrix.data(), size) != 0)
    throw InternalError(fmt::format("a {} x {} covariance matrix is not positive definite", n, n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = i + 1; k < n; ++k) matrix[i * n + k] = 0.0;
  return matrix;
}

std::vector<double> solve_lower(std::span<const double> lower, std::span<const double> b) {
  const std::size_t n = b.size();
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= lower[i * n + k] * x[k];
    x[i] /= lower[i * n + i];
  }
  return x;
}

Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  std::vector<double> values(n);
  if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', size, matrix.data(), size, values.data()) != 0)
    throw InternalError("LAPACKE_dsyev did not converge");
  Eigen eigen;
  eigen.values.assign(values.rbegin(), values.rend());
  for (std::size_t k = 0; k < n; ++k) {
    std::vector<double> vector(n);
    for (std::size_t i = 0; i < n; ++i) vector[i] = matrix[i * n + (n - 1 - k)];
    const auto largest = std::ranges::max_element(vector, {}, [](double x) { return std::abs(x); });
    const double sign = *largest < 0 ? -1.0 : 1.0;
    for (const double x : vector) eigen.vectors.push_back(sign * x);
  }
  return eigen;
}

}  // namespace modscape::fit
