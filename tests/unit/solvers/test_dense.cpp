// SPDX-License-Identifier: Apache-2.0
// Small matrices whose eigenvalues and null vectors are known by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "solvers/dense.hpp"

namespace modscape::solvers {
namespace {
using Complex = std::complex<double>;
using Matrix = std::vector<double>;

void expect_near(Complex found, Complex expected, double tolerance = 1e-13) {
  EXPECT_LT(std::abs(found - expected), tolerance) << found << " is not " << expected;
}

// A rotation by omega that decays with rate d, and a real mode: d +- i omega, -3.
const Matrix spiral{-0.5, 2.0, 0.0, -2.0, -0.5, 0.0, 1.0, 1.0, -3.0};

TEST(Eigenvalues, ByFallingRealPartPairsTogether) {
  const std::vector<Complex> values = eigenvalues(spiral, 3);
  ASSERT_EQ(values.size(), 3U);
  expect_near(values[0], {-0.5, 2.0});
  expect_near(values[1], {-0.5, -2.0});
  expect_near(values[2], -3.0);
}

TEST(EigenTriples, AreRightAndLeftVectorsOfUnitProduct) {
  const std::vector<EigenTriple> triples = eigen_triples(spiral, 3);
  ASSERT_EQ(triples.size(), 3U);
  for (const EigenTriple& triple : triples) {
    Complex length = 0.0, product = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      Complex right = 0.0, left = 0.0;
      for (std::size_t k = 0; k < 3; ++k) {
        right += spiral[i * 3 + k] * triple.q[k];
        left += std::conj(triple.p[k]) * spiral[k * 3 + i];
      }
      expect_near(right, triple.value * triple.q[i]);
      expect_near(left, triple.value * std::conj(triple.p[i]));
      length += std::norm(triple.q[i]);
      product += std::conj(triple.p[i]) * triple.q[i];
    }
    expect_near(length, 1.0);
    expect_near(product, 1.0);
  }
  expect_near(triples[0].value, {-0.5, 2.0});
}

// (1 2; 2 4) v = 0 for v ~ (2, -1), w ~ (2, -1); its adjugate (4 -2; -2 1) is a positive multiple of v w^T.
TEST(NullPair, HasTheSignOfTheAdjugate) {
  const NullPair null = null_pair({1.0, 2.0, 2.0, 4.0}, 2);
  const double root = std::sqrt(5.0);
  EXPECT_NEAR(null.v[0], 2.0 / root, 1e-14);
  EXPECT_NEAR(null.v[1], -1.0 / root, 1e-14);
  EXPECT_NEAR(null.w[0], 2.0 / root, 1e-14);
  EXPECT_NEAR(null.w[1], -1.0 / root, 1e-14);
  // adj(-A) = -adj(A) for n = 2.
  EXPECT_NEAR(null_pair({-1.0, -2.0, -2.0, -4.0}, 2).w[0], -2.0 / root, 1e-14);
}

// w.v = sum of the principal minors = product of the other eigenvalues, in sign: it passes through zero where the
// second eigenvalue does, and nowhere else.
TEST(NullPair, ProductFollowsTheOtherEigenvalues) {
  for (const double other : {-2.0, -0.1, 0.1, 3.0}) {
    // Upper triangular, then in other coordinates: x -> S x S^-1 with S = (1 0; 2 1).
    const Matrix a{-2.0, 1.0, -2.0 * other - 4.0, other + 2.0};
    const NullPair null = null_pair(a, 2);
    EXPECT_EQ(null.w[0] * null.v[0] + null.w[1] * null.v[1] > 0.0, other > 0.0) << other;
  }
}

TEST(SmallestRightVectors, SpanTheKernel) {
  // Rows (1, 1, 1) only: the kernel is the plane normal to it.
  const Matrix a{1.0, 1.0, 1.0, 2.0, 2.0, 2.0, -1.0, -1.0, -1.0};
  const auto kernel = smallest_right_vectors(a, 3, 2);
  ASSERT_EQ(kernel.size(), 2U);
  double product = 0.0;
  for (std::size_t i = 0; i < 3; ++i) product += kernel[0][i] * kernel[1][i];
  EXPECT_NEAR(product, 0.0, 1e-14);
  for (const auto& v : kernel) EXPECT_NEAR(v[0] + v[1] + v[2], 0.0, 1e-14);
}

TEST(Determinant, ByHand) {
  EXPECT_NEAR(determinant({0.0, 2.0, 3.0, 4.0}, 2), -6.0, 1e-14);
  EXPECT_NEAR(determinant({0, 0, 1, 1, 0, 0, 0, 1, 0}, 3), 1.0, 1e-15);
  EXPECT_EQ(determinant({1.0, 2.0, 2.0, 4.0}, 2), 0.0);
}

}  // namespace
}  // namespace modscape::solvers
