// SPDX-License-Identifier: Apache-2.0
#include "fit/linear_algebra.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace modscape::fit {
namespace {
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

// The textbook factor of a matrix made of whole numbers.
TEST(LinearAlgebra, CholeskyOfWholeNumbers) {
  const std::vector<double> lower = cholesky({4, 12, -16, 12, 37, -43, -16, -43, 98}, 3);
  EXPECT_THAT(lower, ElementsAre(2, 0, 0, 6, 1, 0, -8, 5, 3));
}

// Correlations r^|i-k| (a first-order process): L_i0 = r^i, L_ik = r^(i-k) sqrt(1 - r^2).
TEST(LinearAlgebra, CholeskyOfAFirstOrderProcess) {
  constexpr std::size_t n = 6;
  const double r = std::exp(-1.0);
  std::vector<double> matrix(n * n), expected(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      matrix[i * n + k] = std::pow(r, std::abs(static_cast<double>(i) - static_cast<double>(k)));
      if (k <= i)
        expected[i * n + k] = std::pow(r, static_cast<double>(i - k)) * (k == 0 ? 1.0 : std::sqrt(1.0 - r * r));
    }
  EXPECT_THAT(cholesky(matrix, n), Pointwise(DoubleNear(1e-14), expected));
}

TEST(LinearAlgebra, AMatrixThatIsNoCovarianceIsABug) {
  EXPECT_THROW(cholesky({1, 2, 2, 1}, 2), InternalError);
  EXPECT_THROW(cholesky({NAN}, 1), InternalError);
}

TEST(LinearAlgebra, ForwardSubstitution) {
  const std::vector<double> lower{2, 0, 0, 6, 1, 0, -8, 5, 3};
  EXPECT_THAT(solve_lower(lower, std::vector<double>{2, 8, 5}), ElementsAre(1, 2, 1));
  EXPECT_TRUE(solve_lower({}, {}).empty());
}

// Circulant [c0 c1 0 c1]: eigenvalues c0 + 2 c1 cos(2 pi k/4).
TEST(LinearAlgebra, EigenvaluesOfACirculantMatrix) {
  const Eigen eigen = symmetric_eigen({5, 2, 0, 2, 2, 5, 2, 0, 0, 2, 5, 2, 2, 0, 2, 5}, 4);
  EXPECT_THAT(eigen.values, Pointwise(DoubleNear(1e-13), std::vector<double>{9, 5, 5, 1}));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(eigen.vectors[i], 0.5, 1e-13);
}

// Each row is a unit vector v with M v = value v.
TEST(LinearAlgebra, RowsAreEigenvectors) {
  const std::vector<double> m{4, 1, -2, 1, 2, 0.5, -2, 0.5, 3};
  const Eigen eigen = symmetric_eigen(m, 3);
  for (std::size_t k = 0; k < 3; ++k) {
    double length = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      double product = 0.0;
      for (std::size_t j = 0; j < 3; ++j) product += m[i * 3 + j] * eigen.vectors[k * 3 + j];
      EXPECT_NEAR(product, eigen.values[k] * eigen.vectors[k * 3 + i], 1e-13);
      length += eigen.vectors[k * 3 + i] * eigen.vectors[k * 3 + i];
    }
    EXPECT_NEAR(length, 1.0, 1e-14);
    if (k > 0) {
      EXPECT_LE(eigen.values[k], eigen.values[k - 1]);
    }
  }
}

// The component of the largest size is positive, whatever the library returned.
TEST(LinearAlgebra, SignOfEigenvectors) {
  const std::vector<std::vector<double>> directions{{-3, 1, 2}, {1, -5, 4}, {-0.1, -0.2, -0.3}};
  for (const std::vector<double>& v : directions) {
    double squares = 0.0, largest = 0.0;
    for (const double x : v) {
      squares += x * x;
      if (std::abs(x) > std::abs(largest)) largest = x;
    }
    std::vector<double> matrix(9);
    for (std::size_t i = 0; i < 9; ++i) matrix[i] = v[i / 3] * v[i % 3];
    const Eigen eigen = symmetric_eigen(matrix, 3);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(eigen.vectors[i], std::copysign(1.0, largest) * v[i] / std::sqrt(squares), 1e-13);
  }
}

// Two components of the same size: round-off must not choose between them.
TEST(LinearAlgebra, SignOfATieIsThatOfTheFirst) {
  const double s = std::numbers::sqrt2 / 2.0;
  for (const double scale : {0.1, 1.0, 3.0, 7.0, 1e5}) {
    const Eigen eigen = symmetric_eigen({2 * scale, -scale, -scale, 2 * scale}, 2);
    EXPECT_THAT(eigen.vectors, Pointwise(DoubleNear(1e-13), std::vector<double>{s, -s, s, s})) << scale;
  }
}

}  // namespace
}  // namespace modscape::fit
