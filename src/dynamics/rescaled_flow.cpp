// SPDX-License-Identifier: Apache-2.0
#include "dynamics/rescaled_flow.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <boost/math/tools/toms748_solve.hpp>

namespace modscape::dynamics {
namespace {

// Coefficient k of the product of two series, by two sums that do not wait for each other.
double product(const double* a, const double* b, int k) {
  double even = 0.0, odd = 0.0;
  int i = 0;
  for (; i < k; i += 2) {
    even += a[i] * b[k - i];
    odd += a[i + 1] * b[k - i - 1];
  }
  if (i == k) even += a[k] * b[0];
  return even + odd;
}

// The same for the first `count` of several series a[order][m].
template <int count, int stride>
void products(const double (*a)[stride], const double* b, int k, double* sums) {
  double even[count] = {}, odd[count] = {};
  int i = 0;
  for (; i < k; i += 2)
    for (int m = 0; m < count; ++m) {
      even[m] += a[i][m] * b[k - i];
      odd[m] += a[i + 1][m] * b[k - i - 1];
    }
  if (i == k)
    for (int m = 0; m < count; ++m) even[m] += a[k][m] * b[0];
  for (int m = 0; m < count; ++m) sums[m] = even[m] + odd[m];
}

}  // namespace

FlowState flow_velocity(const FlowCoefficients& c, const FlowState& s) {
  const double u = 1.0 / (1.0 + std::exp(s.x));
  return {1.0 - (1.0 + s.x + s.y) * u, (c.alpha * s.x - c.rho * s.y + c.gamma) * u, u};
}

void FlowSeries::expand(const FlowPoint& at) {
  const auto put = [this](int first, const FlowState& s) {
    z_[0][first] = s.x;
    z_[0][first + 1] = s.y;
    z_[0][first + 2] = s.t;
  };
  put(0, at.state);
  put(3, at.tangent[0]);
  put(6, at.tangent[1]);

  for (int k = 0; k < order; ++k) {
    const double* z = z_[k];
    const double one = k == 0 ? 1.0 : 0.0;
    // q = 1 + x + y and g = alpha x - rho y + gamma
    a_[k][0] = one + z[0] + z[1];
    a_[k][1] = c_.alpha * z[0] - c_.rho * z[1] + one * c_.gamma;
    expand_logistic(k);
    if (with_tangents_) {
      expand_tangents(k);
      continue;
    }
    double au[2];
    products<2>(a_, u_, k, au);
    const double share = 1.0 / (k + 1);
    z_[k + 1][0] = (one - au[0]) * share;
    z_[k + 1][1] = au[1] * share;
    z_[k + 1][2] = u_[k] * share;
  }
}

// u' = -v x' and v = u (1 - u)
void FlowSeries::expand_logistic(int k) {
  ix_[k] = k * z_[k][0];
  if (k == 0) {
    const double e = std::exp(z_[0][0]);
    u_[0] = 1.0 / (1.0 + e);
    v_[0] = e * u_[0] * u_[0];
  } else {
    v_[k] = 0.0;
    u_[k] = -product(ix_, v_, k) / k;  // i x_i is 0 at i = 0: v_k has no part in it
    v_[k] = u_[k] - product(u_, u_, k);
  }
}

// Order k + 1 of state and tangents, once q, g and u are there up to order k.
void FlowSeries::expand_tangents(int k) {
  const double* z = z_[k];
  const double one = k == 0 ? 1.0 : 0.0;
  for (int j = 0; j < 2; ++j) {  // derivatives of q and g
    const double x = z[3 + 3 * j], y = z[4 + 3 * j];
    const FlowCoefficients& d = d_[static_cast<std::size_t>(j)];
    dx_[k][j] = x;
    a_[k][2 + 2 * j] = x + y;
    a_[k][3 + 2 * j] = c_.alpha * x - c_.rho * y + d.alpha * z[0] - d.rho * z[1] + one * d.gamma;
  }
  // Derivatives of u, then (q u)_k and (g u)_k with theirs.
  double du[2], au[factors], a_du[2][2];
  products<2>(dx_, v_, k, du);
  for (int j = 0; j < 2; ++j) du_[j][k] = -du[j];
  products<factors>(a_, u_, k, au);
  for (int j = 0; j < 2; ++j) products<2>(a_, du_[j], k, a_du[j]);
  double* next = z_[k + 1];
  const double share = 1.0 / (k + 1);
  next[0] = (one - au[0]) * share;
  next[1] = au[1] * share;
  next[2] = u_[k] * share;
  for (int j = 0; j < 2; ++j) {
    next[3 + 3 * j] = -(au[2 + 2 * j] + a_du[j][0]) * share;
    next[4 + 3 * j] = (au[3 + 2 * j] + a_du[j][1]) * share;
    next[5 + 3 * j] = du_[j][k] * share;
  }
}

double FlowSeries::step(double tolerance) const {
  double scale[width];
  for (int m = 0; m < 3; ++m) scale[m] = std::max(1.0, std::abs(z_[0][m]));
  for (int j = 1; j <= 2; ++j) {
    const double* z = z_[0] + std::ptrdiff_t{3} * j;
    double length = std::max({std::abs(z[0]), std::abs(z[1]), std::abs(z[2])});
    const FlowCoefficients& d = d_[static_cast<std::size_t>(j - 1)];
    length = std::max({length, std::abs(d.alpha), std::abs(d.rho), std::abs(d.gamma)});
    for (int m = 0; m < 3; ++m) scale[3 * j + m] = length > 0.0 ? length : 1.0;
  }
  double last = 0.0, before = 0.0;
  for (int m = 0; m < width; ++m) {
    last = std::max(last, std::abs(z_[order][m]) / scale[m]);
    before = std::max(before, std::abs(z_[order - 1][m]) / scale[m]);
  }
  constexpr double longest = 10.0;
  double step = longest;
  if (last > 0.0) step = std::min(step, std::pow(tolerance / last, 1.0 / order));
  if (before > 0.0) step = std::min(step, std::pow(tolerance / before, 1.0 / (order - 1)));
  return step;
}

FlowPoint FlowSeries::at(double ds) const {
  double sum[width + 1];
  for (int m = 0; m <= width; ++m) sum[m] = z_[order][m];
  for (int k = order - 1; k >= 0; --k)
    for (int m = 0; m <= width; ++m) sum[m] = sum[m] * ds + z_[k][m];
  return {{sum[0], sum[1], sum[2]}, {{{sum[3], sum[4], sum[5]}, {sum[6], sum[7], sum[8]}}}};
}

double FlowSeries::value(int component, double ds) const {
  double sum = z_[order][component];
  for (int k = order - 1; k >= 0; --k) sum = sum * ds + z_[k][component];
  return sum;
}

double FlowSeries::step_to(double target, double low, double high) const {
  const auto distance = [&](double ds) { return value(0, ds) - target; };
  const double at_low = distance(low), at_high = distance(high);
  if (at_low == 0.0) return low;
  if (at_high == 0.0) return high;
  std::uintmax_t iterations = 100;
  const auto [a, b] = boost::math::tools::toms748_solve(distance, low, high, at_low, at_high,
                                                        boost::math::tools::eps_tolerance<double>(53), iterations);
  return std::abs(distance(a)) < std::abs(distance(b)) ? a : b;
}

}  // namespace modscape::dynamics
