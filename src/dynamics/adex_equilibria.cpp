// SPDX-License-Identifier: Apache-2.0
#include "dynamics/adex_equilibria.hpp"

#include <boost/math/tools/toms748_solve.hpp>

namespace modscape::dynamics {
namespace {

using models::AdexParameters;

double exponential(const AdexParameters& p, double V) {
  return std::exp((V - p.V_T) / p.Delta_T);
}

// J(V) = [[g_L (e - 1)/C, -1/C], [a/tau_w, -1/tau_w]]
double trace(const AdexParameters& p, double V) {
  return p.g_L * (exponential(p, V) - 1.0) / p.C_m - 1.0 / p.tau_w;
}
double determinant(const AdexParameters& p, double V) {
  return (p.a + p.g_L - p.g_L * exponential(p, V)) / (p.C_m * p.tau_w);  // a + g_L first: exactly 0 for a = -g_L
}

template <class F>
double bracketed_root(const F& f, double low, double high) {
  const double f_low = f(low), f_high = f(high);
  if (f_low == 0.0) return low;
  if (f_high == 0.0) return high;
  if (!(f_low * f_high < 0.0)) return NAN;
  std::uintmax_t iterations = 200;
  const auto [a, b] = boost::math::tools::toms748_solve(f, low, high, f_low, f_high,
                                                        boost::math::tools::eps_tolerance<double>(52), iterations);
  return 0.5 * (a + b);
}

// e^v + e^{2v}/(A - 1/Tw) > 0: the Hopf is always subcritical. The coefficient follows from projecting the cubic and
// quadratic terms of v' = e^v - v - w + I on the critical eigenvector (Kuznetsov 2004, eq. 3.20) with q normalised
// to 1.
double first_lyapunov(double A, double Tw) {
  const double e = 1.0 + 1.0 / Tw;  // e^v at the Hopf point
  const double omega = std::sqrt((A - 1.0 / Tw) / Tw);
  using C = std::complex<double>;
  const C i_omega(0.0, omega);
  // J = [[1/Tw, -1], [A/Tw, -1/Tw]]; q = (q1, q2) right, p left eigenvector, <p, q> = 1, |q| = 1.
  C q1(1.0, 0.0), q2 = 1.0 / Tw - i_omega;
  const double norm = std::sqrt(std::norm(q1) + std::norm(q2));
  q1 /= norm;
  q2 /= norm;
  // J^T p = -i omega p
  C p1(1.0, 0.0), p2 = (-i_omega - 1.0 / Tw) / (A / Tw);
  const C product = std::conj(p1) * q1 + std::conj(p2) * q2;
  p1 /= std::conj(product);
  // Only the first equation is nonlinear: B(x, y) = e x1 y1, C(x, y, z) = e x1 y1 z1.
  const C b_qq = e * q1 * q1, b_qqbar = e * q1 * std::conj(q1), c_qqqbar = e * q1 * q1 * std::conj(q1);
  // First components of J^{-1} (b, 0) and (2 i omega - J)^{-1} (b, 0).
  const double det = (A - 1.0 / Tw) / Tw;
  const C inverse = (-1.0 / Tw) * b_qqbar / det;
  const C two = 2.0 * i_omega;
  const C det_two = (two - 1.0 / Tw) * (two + 1.0 / Tw) + A / Tw;
  const C resolvent = (two + 1.0 / Tw) * b_qq / det_two;
  const C sum = std::conj(p1) * (c_qqqbar - 2.0 * e * q1 * inverse + e * std::conj(q1) * resolvent);
  return sum.real() / (2.0 * omega);
}

}  // namespace

double equilibrium_current(const AdexParameters& p, double V) {
  return (p.g_L + p.a) * (V - p.E_L) - p.g_L * p.Delta_T * exponential(p, V);
}

AdexLandmarks adex_landmarks(const AdexParameters& p) {
  AdexLandmarks marks;
  const double A = p.a / p.g_L, ratio = (p.C_m / p.g_L) / p.tau_w;  // tau_m / tau_w
  if (p.a > -p.g_L) {
    marks.V_SN = p.V_T + p.Delta_T * std::log1p(A);
    marks.I_SN = (p.g_L + p.a) * (p.V_T - p.E_L - p.Delta_T + p.Delta_T * std::log1p(A));
    marks.onset = OnsetClass::saddle_node;
  }
  const double at_trace_zero = p.V_T - p.E_L - p.Delta_T + p.Delta_T * std::log1p(ratio);
  if (A > ratio) {
    marks.V_H = p.V_T + p.Delta_T * std::log1p(ratio);
    marks.I_H = (p.g_L + p.a) * at_trace_zero + p.g_L * p.Delta_T * (A - ratio);
    marks.omega_H = std::sqrt((A - ratio) / ((p.C_m / p.g_L) * p.tau_w));
    marks.first_lyapunov = first_lyapunov(A, 1.0 / ratio);
    marks.onset = OnsetClass::hopf;
  }
  marks.a_BT = p.C_m / p.tau_w;
  marks.V_BT = p.V_T + p.Delta_T * std::log1p(ratio);
  marks.I_BT = (p.g_L + marks.a_BT) * at_trace_zero;
  // Complex eigenvalues need |e^v - 1 + ratio| < 2 sqrt(A ratio). If that fails as V -> -inf, there is a range of V
  // where it holds only if its upper end is positive, and that needs tau_w > tau_m.
  if (p.a > 0.0) {
    const bool at_rest = A > 0.25 / ratio * (1.0 - ratio) * (1.0 - ratio);
    marks.resonance = at_rest ? Resonance::resonator : ratio < 1.0 ? Resonance::mixed : Resonance::integrator;
  }
  return marks;
}

std::vector<Equilibrium> adex_equilibria(const AdexParameters& p, double current) {
  const auto residual = [&](double V) { return equilibrium_current(p, V) - current; };
  // The curve has one maximum (a > -g_L) or none; e^(80) is far beyond any root.
  const double high = p.V_T + 80.0 * p.Delta_T;
  std::vector<double> roots;
  if (p.a > -p.g_L) {
    const double top = adex_landmarks(p).V_SN;
    double low = std::min(p.E_L, top) - 10.0;
    while (residual(low) > 0.0 && low > -1e9) low -= 2.0 * (top - low);
    for (const double root : {bracketed_root(residual, low, top), bracketed_root(residual, top, high)})
      if (!std::isnan(root) && (roots.empty() || root > roots.back())) roots.push_back(root);
  } else if (p.a == -p.g_L) {  // the curve is the exponential alone: no bracket reaches its tail
    if (current < 0.0) roots.push_back(p.V_T + p.Delta_T * std::log(-current / (p.g_L * p.Delta_T)));
  } else {
    double low = p.E_L - 10.0;
    while (residual(low) < 0.0 && low > -1e9) low -= 2.0 * (high - low);
    if (const double root = bracketed_root(residual, low, high); !std::isnan(root)) roots.push_back(root);
  }
  std::vector<Equilibrium> equilibria;
  for (const double V : roots) {
    const double tr = trace(p, V), det = determinant(p, V);
    const std::complex<double> half = std::sqrt(std::complex<double>(0.25 * tr * tr - det, 0.0));
    equilibria.push_back({V, p.a * (V - p.E_L), {0.5 * tr - half, 0.5 * tr + half}});
  }
  return equilibria;
}

AdexLandmarks located_landmarks(const AdexParameters& p) {
  AdexLandmarks found;
  const double low = p.V_T - 40.0 * p.Delta_T, high = p.V_T + 40.0 * p.Delta_T;
  found.V_SN = bracketed_root([&](double V) { return determinant(p, V); }, low, high);
  if (!std::isnan(found.V_SN)) {
    found.I_SN = equilibrium_current(p, found.V_SN);
    found.onset = OnsetClass::saddle_node;
  }
  const double V_zero_trace = bracketed_root([&](double V) { return trace(p, V); }, low, high);
  if (!std::isnan(V_zero_trace) && determinant(p, V_zero_trace) > 0.0) {
    found.V_H = V_zero_trace;
    found.I_H = equilibrium_current(p, V_zero_trace);
    found.omega_H = std::sqrt(determinant(p, V_zero_trace));
    found.onset = OnsetClass::hopf;
  }
  return found;
}

}  // namespace modscape::dynamics
