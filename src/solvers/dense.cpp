// SPDX-License-Identifier: Apache-2.0
#include "solvers/dense.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace modscape::solvers {
namespace {

struct Singular {
  std::vector<double> values, left, right;  ///< columns of U, rows of V^T
};
Singular singular_values(std::vector<double> a, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  Singular found{std::vector<double>(n), std::vector<double>(n * n), std::vector<double>(n * n)};
  std::vector<double> unused(n);
  if (LAPACKE_dgesvd(LAPACK_ROW_MAJOR, 'A', 'A', size, size, a.data(), size, found.values.data(), found.left.data(),
                     size, found.right.data(), size, unused.data()) != 0)
    throw InternalError("dgesvd did not converge");
  return found;
}

bool comes_first(std::complex<double> a, std::complex<double> b) {
  return a.real() != b.real() ? a.real() > b.real() : a.imag() > b.imag();
}
}  // namespace

bool solve_dense(std::vector<double> a, std::span<double> b_then_x) {
  const auto n = static_cast<lapack_int>(b_then_x.size());
  std::vector<lapack_int> pivots(b_then_x.size());
  const lapack_int info = LAPACKE_dgesv(LAPACK_ROW_MAJOR, n, 1, a.data(), n, pivots.data(), b_then_x.data(), 1);
  if (info < 0) throw InternalError("dgesv: wrong argument");
  return info == 0 && std::ranges::all_of(b_then_x, [](double value) { return std::isfinite(value); });
}

NullVector null_vector(std::vector<double> a, std::size_t rows) {
  const std::size_t columns = rows + 1;
  std::vector<double> singular(rows), unused(rows), right(columns * columns);
  double no_left = 0.0;
  const auto m = static_cast<lapack_int>(rows), n = static_cast<lapack_int>(columns);
  const lapack_int info = LAPACKE_dgesvd(LAPACK_ROW_MAJOR, 'N', 'A', m, n, a.data(), n, singular.data(), &no_left, 1,
                                         right.data(), n, unused.data());
  if (info != 0) throw InternalError("dgesvd did not converge");
  NullVector found;
  found.v.assign(right.end() - n, right.end());
  const auto largest = std::ranges::max_element(found.v, {}, [](double value) { return std::abs(value); });
  if (*largest < 0)
    for (double& value : found.v) value = -value;
  found.conditioning = singular.back() / std::max(singular.front(), std::numeric_limits<double>::min());
  return found;
}

double determinant(std::vector<double> a, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  std::vector<lapack_int> pivots(n);
  if (LAPACKE_dgetrf(LAPACK_ROW_MAJOR, size, size, a.data(), size, pivots.data()) < 0)
    throw InternalError("dgetrf: wrong argument");
  double product = 1.0;
  for (std::size_t i = 0; i < n; ++i)
    product *= pivots[i] == static_cast<lapack_int>(i) + 1 ? a[i * n + i] : -a[i * n + i];
  return product;
}

NullPair null_pair(const std::vector<double>& a, std::size_t n) {
  const Singular svd = singular_values(a, n);
  NullPair found;
  found.v.assign(svd.right.end() - static_cast<std::ptrdiff_t>(n), svd.right.end());
  for (std::size_t i = 0; i < n; ++i) found.w.push_back(svd.left[i * n + n - 1]);
  // adj(A) = det(U) det(V) V adj(S) U^T, and adj(S) has one element, >= 0, if the last singular value is 0.
  const double side = determinant(svd.left, n) * determinant(svd.right, n);
  const auto largest = std::ranges::max_element(found.v, {}, [](double value) { return std::abs(value); });
  const double turn = *largest < 0 ? -1.0 : 1.0;
  for (double& value : found.v) value *= turn;
  for (double& value : found.w) value *= turn * (side < 0 ? -1.0 : 1.0);
  return found;
}

std::vector<std::vector<double>> smallest_right_vectors(std::vector<double> a, std::size_t n, std::size_t count) {
  const Singular svd = singular_values(std::move(a), n);
  std::vector<std::vector<double>> vectors;
  for (std::size_t k = n - count; k < n; ++k) {
    const auto row = svd.right.begin() + static_cast<std::ptrdiff_t>(k * n);
    vectors.emplace_back(row, row + static_cast<std::ptrdiff_t>(n));
  }
  return vectors;
}

std::vector<std::complex<double>> eigenvalues(std::vector<double> a, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  std::vector<double> real(n), imaginary(n);
  double none = 0.0;
  if (LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', size, a.data(), size, real.data(), imaginary.data(), &none, size, &none,
                    size) != 0)
    throw InternalError("dgeev did not converge");
  std::vector<std::complex<double>> values;
  for (std::size_t i = 0; i < n; ++i) values.emplace_back(real[i], imaginary[i]);
  std::ranges::sort(values, comes_first);
  return values;
}

std::vector<EigenTriple> eigen_triples(std::vector<double> a, std::size_t n) {
  const auto size = static_cast<lapack_int>(n);
  std::vector<double> real(n), imaginary(n), left(n * n), right(n * n);
  if (LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'V', 'V', size, a.data(), size, real.data(), imaginary.data(), left.data(), size,
                    right.data(), size) != 0)
    throw InternalError("dgeev did not converge");
  // LAPACK stores the vectors of a complex pair as two real columns: real and imaginary part.
  const auto vector = [&](const std::vector<double>& columns, std::size_t j) {
    const bool second = imaginary[j] < 0.0, paired = imaginary[j] != 0.0;
    std::vector<std::complex<double>> made;
    for (std::size_t i = 0; i < n; ++i)
      made.emplace_back(columns[i * n + (second ? j - 1 : j)], !paired  ? 0.0
                                                               : second ? -columns[i * n + j]
                                                                        : columns[i * n + j + 1]);
    return made;
  };
  std::vector<EigenTriple> triples;
  for (std::size_t j = 0; j < n; ++j) {
    EigenTriple triple{{real[j], imaginary[j]}, vector(right, j), vector(left, j)};
    std::complex<double> product = 0.0;
    for (std::size_t i = 0; i < n; ++i) product += std::conj(triple.p[i]) * triple.q[i];
    for (auto& element : triple.p) element /= std::conj(product);
    triples.push_back(std::move(triple));
  }
  std::ranges::sort(triples, comes_first, [](const EigenTriple& triple) { return triple.value; });
  return triples;
}

}  // namespace modscape::solvers
