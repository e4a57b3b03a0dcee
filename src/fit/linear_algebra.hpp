// SPDX-License-Identifier: Apache-2.0
// The few dense operations the fit needs, on LAPACK. Matrices are square, row-major.
#pragma once
#include <span>
#include <vector>

namespace modscape::fit {

/// Lower Cholesky factor (upper part zero). Throws InternalError if the matrix is not positive definite.
std::vector<double> cholesky(std::vector<double> matrix, std::size_t n);

/// x with L x = b.
std::vector<double> solve_lower(std::span<const double> lower, std::span<const double> b);

/// Eigenvalues in falling order and eigenvectors (row k belongs to value k) of a symmetric matrix; the sign of each
/// vector is fixed by making its largest component positive, so that results do not depend on the library.
struct Eigen {
  std::vector<double> values, vectors;
};
Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n);

}  // namespace modscape::fit
