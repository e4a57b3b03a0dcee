// SPDX-License-Identifier: Apache-2.0
// Linear algebra of small dense systems, on LAPACK. Matrices are row-major.
#pragma once
#include <complex>
#include <span>
#include <vector>

namespace modscape::solvers {

/// x with A x = b, A n x n; false if A is singular to working precision.
bool solve_dense(std::vector<double> a, std::span<double> b_then_x);

/// Of a rows x columns matrix with columns = rows + 1: the unit vector with A v = 0 (sign: largest component positive),
/// and how well it is determined: the smallest singular value over the largest.
struct NullVector {
  std::vector<double> v;
  double conditioning = 0.0;
};
NullVector null_vector(std::vector<double> a, std::size_t rows);

/// Of a singular n x n matrix: unit vectors A v = 0 and w^T A = 0 of its smallest singular value; v's largest component
/// is positive, and w's sign is that of the adjugate: adj(A) is a positive multiple of v w^T. So w is as smooth along a
/// curve of singular matrices as v is.
struct NullPair {
  std::vector<double> v, w;
};
NullPair null_pair(const std::vector<double>& a, std::size_t n);

/// Right singular vectors of the `count` smallest singular values of an n x n matrix, smallest last.
std::vector<std::vector<double>> smallest_right_vectors(std::vector<double> a, std::size_t n, std::size_t count);

/// Eigenvalues of an n x n matrix by falling real part; of a complex pair the one with positive imaginary part first.
std::vector<std::complex<double>> eigenvalues(std::vector<double> a, std::size_t n);

/// The same with A q = lambda q, p^H A = lambda p^H for each, |q| = 1 and p^H q = 1 (not finite if lambda is
/// defective).
struct EigenTriple {
  std::complex<double> value;
  std::vector<std::complex<double>> q, p;
};
std::vector<EigenTriple> eigen_triples(std::vector<double> a, std::size_t n);

/// Of an n x n matrix; 0 if it is singular.
double determinant(std::vector<double> a, std::size_t n);

}  // namespace modscape::solvers
