// SPDX-License-Identifier: Apache-2.0
#include "dynamics/normal_forms.hpp"

#include <cmath>
#include <complex>
#include <numeric>

#include "solvers/dense.hpp"

namespace modscape::dynamics {
namespace {
using Complex = std::complex<double>;
using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
}  // namespace

double fold_coefficient(const ScaledField& field, std::span<const double> x) {
  const std::size_t n = field.size();
  Vector j(n * n);
  if (!field.jacobian(x, j)) return NAN;
  const solvers::NullPair null = solvers::null_pair(j, n);
  return 0.5 * dot(null.w, field.second(x, null.v, null.v)) / dot(null.w, null.v) / field.time_scale();
}

double first_lyapunov(const ScaledField& field, std::span<const double> x, double omega) {
  const std::size_t n = field.size();
  Vector j(n * n);
  if (!field.jacobian(x, j)) return NAN;
  const Complex target(0.0, omega * field.time_scale());
  const solvers::EigenTriple* critical = nullptr;
  const std::vector<solvers::EigenTriple> triples = solvers::eigen_triples(j, n);
  for (const solvers::EigenTriple& triple : triples)
    if (triple.value.imag() > 0.0 &&
        (critical == nullptr || std::abs(triple.value - target) < std::abs(critical->value - target)))
      critical = &triple;
  if (critical == nullptr) return NAN;
  const double frequency = critical->value.imag();
  Vector re(n), im(n);
  for (std::size_t i = 0; i < n; ++i) {
    re[i] = critical->q[i].real();
    im[i] = critical->q[i].imag();
  }
  const auto B = [&](const Vector& q, const Vector& r) { return field.second(x, q, r); };
  const auto C = [&](const Vector& q, const Vector& r, const Vector& s) { return field.third(x, q, r, s); };
  const Vector rr = B(re, re), ii = B(im, im), ri = B(re, im);

  Vector h11(n);  // J^-1 B(q, qbar), real
  for (std::size_t i = 0; i < n; ++i) h11[i] = rr[i] + ii[i];
  if (!solvers::solve_dense(j, h11)) return NAN;

  Vector block(4 * n * n, 0.0), h20(2 * n);  // (2 i omega - J)^-1 B(q, q): real part, then imaginary
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) block[i * 2 * n + k] = block[(n + i) * 2 * n + n + k] = -j[i * n + k];
    block[i * 2 * n + n + i] = -2.0 * frequency;
    block[(n + i) * 2 * n + i] = 2.0 * frequency;
    h20[i] = rr[i] - ii[i];
    h20[n + i] = 2.0 * ri[i];
  }
  if (!solvers::solve_dense(block, h20)) return NAN;
  const Vector hr(h20.begin(), h20.begin() + static_cast<std::ptrdiff_t>(n)),
      hi(h20.begin() + static_cast<std::ptrdiff_t>(n), h20.end());

  const Vector rrr = C(re, re, re), rri = C(re, re, im), rii = C(re, im, im), iii = C(im, im, im);
  const Vector rh = B(re, h11), ih = B(im, h11), r_hr = B(re, hr), i_hi = B(im, hi), r_hi = B(re, hi), i_hr = B(im, hr);
  Complex sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const Complex cubic(rrr[i] + rii[i], rri[i] + iii[i]);      // C(q, q, qbar)
    const Complex mean(rh[i], ih[i]);                           // B(q, h11)
    const Complex twice(r_hr[i] + i_hi[i], r_hi[i] - i_hr[i]);  // B(qbar, h20)
    sum += std::conj(critical->p[i]) * (cubic - 2.0 * mean + twice);
  }
  return sum.real() / (2.0 * frequency);
}

}  // namespace modscape::dynamics
