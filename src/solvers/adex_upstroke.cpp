// SPDX-License-Identifier: Apache-2.0
#include "solvers/adex_upstroke.hpp"

namespace modscape::solvers::ensemble {
namespace {

// Integral of (leak x + y)^n e^-(n+1)x from x to infinity, n = 0, 1, 2, with s = leak x + y and z = e^-x.
double power0(double z) {
  return z;
}
double power1(double s, double leak, double z) {
  return (s / 2 + leak * 0.25) * z * z;
}
double power2(double s, double leak, double z) {
  return (s * s / 3 + leak * s * 2 / 9 + leak * leak * 2.0 / 27) * z * z * z;
}

}  // namespace

Upstroke closed_form_upstroke(double x, double y, double z, double x_peak, double z_peak, double leak, double slope,
                              double drive) {
  const double s = leak * x + y, s_peak = leak * x_peak + y;
  const double time = (power0(z) - power0(z_peak)) + (power1(s, leak, z) - power1(s_peak, leak, z_peak)) +
                      (power2(s, leak, z) - power2(s_peak, leak, z_peak));
  const auto integral = [&](double u, double e) {  // of (slope x + drive)(1 + q) e^-x, from u to infinity, e = e^-u
    const double first = slope * (u + 1) * e + drive * e;
    const double second =
        leak * slope * (u * u / 2 + u / 2 + 0.25) + (slope * y + leak * drive) * (u / 2 + 0.25) + drive * y / 2;
    return first + second * e * e;
  };
  return {time, integral(x, z) - integral(x_peak, z_peak)};
}

}  // namespace modscape::solvers::ensemble
