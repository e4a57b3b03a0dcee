// SPDX-License-Identifier: Apache-2.0
#include "dynamics/rest_trap.hpp"

#include <algorithm>
#include <cmath>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/adex_scaling.hpp"

namespace modscape::dynamics {

RestTrap::RestTrap(const models::AdexParameters& p, double current) {
  const AdexScaling<double> scaling = adex_scaling(p, current);
  for (const Equilibrium& rest : adex_equilibria(p, current)) {
    const double x = (rest.V - p.V_T) / p.Delta_T, y = scaling.y(rest.w), e = std::exp(x);
    if (x >= scaling.x_peak) continue;
    const double jxx = e - 1.0, jyx = scaling.alpha, jyy = -scaling.rho;  // jxy = -1
    const double trace = jxx + jyy, determinant = jxx * jyy + jyx;
    if (determinant < 0.0 && p.a <= 0.0) {
      cone_ = true;
      x_saddle_ = x;
      y_saddle_ = y;
    }
    if (!(trace < 0.0 && determinant > 0.0)) continue;
    x_ = x;
    y_ = y;
    const double f = -0.5 / (trace * determinant);
    // J - trace = [[-jyy, jxy], [jyx, -jxx]]
    pxx_ = f * (determinant + jyy * jyy + jyx * jyx);
    pxy_ = f * (jyy - jyx * jxx);
    pyy_ = f * (determinant + 1.0 + jxx * jxx);
    const double delta = std::min({1.0, scaling.x_peak - x, 0.99 / (std::hypot(pxx_, pxy_) * std::exp(x + 1.0))});
    level_ = delta * delta * (pxx_ * pyy_ - pxy_ * pxy_) / pyy_;
    ellipse_ = true;
  }
}

bool RestTrap::holds(const FlowState& s) const {
  if (cone_ && s.x <= x_saddle_ && s.y >= y_saddle_) return true;
  if (!ellipse_) return false;
  const double xi = s.x - x_, eta = s.y - y_;
  return pxx_ * xi * xi + 2.0 * pxy_ * xi * eta + pyy_ * eta * eta < level_;
}

}  // namespace modscape::dynamics
