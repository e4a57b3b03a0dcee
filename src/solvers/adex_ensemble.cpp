// SPDX-License-Identifier: Apache-2.0
// The SIMD side of the ensemble integrator: Dormand-Prince 5(4) steps of all lanes at once, each lane with its own
// step. Compiled once per instruction set by Highway.
#include "solvers/adex_ensemble.hpp"

#include "core/error.hpp"
#include "solvers/adex_ensemble_lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/adex_ensemble.cpp"
// Vectors of unknown length cannot be members of a struct; AVX-512 variants beyond the first add nothing here.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include "solvers/simd_pack-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace modscape::solvers::ensemble::HWY_NAMESPACE {
namespace {
static_assert(lanes <= most_lanes);

struct Slopes {
  Pack x, y, t;
};

// The state's slope per unit of the lane's independent variable. e^x is cut where only a step that fails can be.
template <bool mixed>
HWY_INLINE Slopes slopes(const Pack& x, const Pack& y, const Pack& rA, const Pack& r, const Pack& rc, const Mask& time,
                         const Mask& voltage) {
  const Pack one = all(1.0);
  const Pack e = exp(min(x, all(600.0)));
  const Pack f = e - x - y, g = fma(rA, x, fnma(r, y, rc));
  Pack divisor = one + e;
  if constexpr (mixed) divisor = select(time, one, select(voltage, f, divisor));
  const Pack t = one / divisor;
  return {f * t, g * t, t};
}

// Bogacki & Shampine 1996 (Comput Math Appl 32:15), RK5(4)8 with two embedded estimates, first-same-as-last. Its
// estimates stay above the true error where those of Dormand & Prince fall tenfold below it (docs/decisions/0005).
constexpr double a21 = 1.0 / 6, a31 = 2.0 / 27, a32 = 4.0 / 27, a41 = 183.0 / 1372, a42 = -162.0 / 343,
                 a43 = 1053.0 / 1372, a51 = 68.0 / 297, a52 = -4.0 / 11, a53 = 42.0 / 143, a54 = 1960.0 / 3861,
                 a61 = 597.0 / 22528, a62 = 81.0 / 352, a63 = 63099.0 / 585728, a64 = 58653.0 / 366080,
                 a65 = 4617.0 / 20480, a71 = 174197.0 / 959244, a72 = -30942.0 / 79937, a73 = 8152137.0 / 19744439,
                 a74 = 666106.0 / 1039181, a75 = -29421.0 / 29068, a76 = 482048.0 / 414219, b1 = 587.0 / 8064,
                 b3 = 4440339.0 / 15491840, b4 = 24353.0 / 124800, b5 = 387.0 / 44800, b6 = 2152.0 / 5985,
                 b7 = 7267.0 / 94080;
// b minus the weights of the two embedded formulas of order 4.
constexpr double d1 = b1 - 6059.0 / 80640, d3 = b3 - 8559189.0 / 30983680, d4 = b4 - 26411.0 / 124800,
                 d5 = b5 + 927.0 / 89600, d6 = b6 - 443.0 / 1197, e1 = b1 - 2479.0 / 34992, e3 = b3 - 123.0 / 416,
                 e4 = b4 - 612941.0 / 3411720, e5 = b5 - 43.0 / 1440, e6 = b6 - 2272.0 / 6561,
                 e7 = b7 - 79937.0 / 1113912, e8 = -3293.0 / 556956;

struct StepResult {
  Pack x, y, t;     // new state
  Slopes slope;     // there
  Pack ex, ey, et;  // estimated error
};

template <bool mixed>
HWY_INLINE StepResult runge_kutta(const Pack& x, const Pack& y, const Pack& t, const Pack& h, const Slopes& k1,
                                  const Pack& rA, const Pack& r, const Pack& rc, const Mask& time,
                                  const Mask& voltage) {
  const auto f = [&](const Pack& u, const Pack& v) HWY_ATTR { return slopes<mixed>(u, v, rA, r, rc, time, voltage); };
  const Slopes k2 = f(fma(h, a21 * k1.x, x), fma(h, a21 * k1.y, y));
  const Slopes k3 = f(fma(h, fma(a32, k2.x, a31 * k1.x), x), fma(h, fma(a32, k2.y, a31 * k1.y), y));
  const auto sum4 = [](const Pack& p, const Pack& q, const Pack& s)
                        HWY_ATTR { return fma(a43, s, fma(a42, q, a41 * p)); };
  const Slopes k4 = f(fma(h, sum4(k1.x, k2.x, k3.x), x), fma(h, sum4(k1.y, k2.y, k3.y), y));
  const auto sum5 = [](const Pack& p, const Pack& q, const Pack& s, const Pack& u)
                        HWY_ATTR { return fma(a54, u, fma(a53, s, fma(a52, q, a51 * p))); };
  const Slopes k5 = f(fma(h, sum5(k1.x, k2.x, k3.x, k4.x), x), fma(h, sum5(k1.y, k2.y, k3.y, k4.y), y));
  const auto sum6 = [](const Pack& p, const Pack& q, const Pack& s, const Pack& u, const Pack& v)
                        HWY_ATTR { return fma(a65, v, fma(a64, u, fma(a63, s, fma(a62, q, a61 * p)))); };
  const Slopes k6 = f(fma(h, sum6(k1.x, k2.x, k3.x, k4.x, k5.x), x), fma(h, sum6(k1.y, k2.y, k3.y, k4.y, k5.y), y));
  const auto sum7 = [](const Pack& p, const Pack& q, const Pack& s, const Pack& u, const Pack& v, const Pack& w)
                        HWY_ATTR { return fma(a76, w, fma(a75, v, fma(a74, u, fma(a73, s, fma(a72, q, a71 * p))))); };
  const Slopes k7 =
      f(fma(h, sum7(k1.x, k2.x, k3.x, k4.x, k5.x, k6.x), x), fma(h, sum7(k1.y, k2.y, k3.y, k4.y, k5.y, k6.y), y));
  const auto sum8 = [](const Pack& p, const Pack& s, const Pack& u, const Pack& v, const Pack& w, const Pack& z)
                        HWY_ATTR { return fma(b7, z, fma(b6, w, fma(b5, v, fma(b4, u, fma(b3, s, b1 * p))))); };
  StepResult n;
  n.x = fma(h, sum8(k1.x, k3.x, k4.x, k5.x, k6.x, k7.x), x);
  n.y = fma(h, sum8(k1.y, k3.y, k4.y, k5.y, k6.y, k7.y), y);
  n.t = fma(h, sum8(k1.t, k3.t, k4.t, k5.t, k6.t, k7.t), t);
  n.slope = f(n.x, n.y);
  const auto error = [&](const Pack& p, const Pack& s, const Pack& u, const Pack& v, const Pack& w, const Pack& z,
                         const Pack& last) HWY_ATTR {
    const Pack one = fma(d6, w, fma(d5, v, fma(d4, u, fma(d3, s, d1 * p))));
    const Pack two = fma(e8, last, fma(e7, z, fma(e6, w, fma(e5, v, fma(e4, u, fma(e3, s, e1 * p))))));
    return h * max(abs(one), abs(two));
  };
  n.ex = error(k1.x, k3.x, k4.x, k5.x, k6.x, k7.x, n.slope.x);
  n.ey = error(k1.y, k3.y, k4.y, k5.y, k6.y, k7.y, n.slope.y);
  n.et = error(k1.t, k3.t, k4.t, k5.t, k6.t, k7.t, n.slope.t);
  return n;
}

// How errors made before a step come out of it: E' = J E with the Jacobian of the flow in rescaled time, over two
// halves of the step, each with J interpolated between its values at the ends.
struct Jacobian {
  Pack xx, xy, yx, yy, tx;
};
HWY_INLINE Jacobian jacobian(const Slopes& k, const Pack& rA, const Pack& r) {
  const Pack one = all(1.0), rest = one - k.t;
  return {fma(one - k.x, rest, all(0.0) - k.t), all(0.0) - k.t, fnma(k.y, rest, rA * k.t), all(0.0) - r * k.t,
          all(0.0) - k.t * rest};
}
HWY_INLINE Pack mix(double a, const Pack& p, double b, const Pack& q) {
  return fma(a, p, b * q);
}
HWY_INLINE void propagate(const Jacobian& j, const Pack& h, Pack& ex, Pack& ey, Pack& et) {
  const auto times = [&](const Pack& u, const Pack& v, Pack& ju, Pack& jv) HWY_ATTR {
    ju = h * fma(j.xx, u, j.xy * v);
    jv = h * fma(j.yx, u, j.yy * v);
  };
  Pack x1, y1, x2, y2, x3, y3;
  times(ex, ey, x1, y1);
  times(x1, y1, x2, y2);
  times(x2, y2, x3, y3);
  et = fma(h * j.tx, fma(1.0 / 24, x3, fma(1.0 / 6, x2, fma(0.5, x1, ex))), et);
  ex = fma(1.0 / 6, x3, fma(0.5, x2, ex + x1));
  ey = fma(1.0 / 6, y3, fma(0.5, y2, ey + y1));
}

// A speed below which a state counts as standing still when its error is turned into a time (units of Delta_T, tau_m).
constexpr double standstill = 0.1;
// Whatever the tolerance, a step stays where its error estimate can be trusted: an error below this in rescaled time,
// and no longer than the flow's own scale there, 1 (docs/decisions/0005).
constexpr double largest_shift = 2e-5;
constexpr double nonlinear_from = -4.0;  // x below which the exponential does not matter

template <bool mixed>
HWY_INLINE Events step(LaneState& s) {
  const Pack zero = all(0.0), one = all(1.0);
  const Pack x = load(s.x), y = load(s.y), t = load(s.t), h = load(s.h), mode = load(s.mode);
  const Pack rA = load(s.rA), r = load(s.r), rc = load(s.rc), x_peak = load(s.x_peak), t_edge = load(s.t_edge);
  const Slopes k{load(s.kx), load(s.ky), load(s.kt)};
  const Mask time = mode == all(Mode::time), voltage = mode == all(Mode::voltage), rescaled = mode == zero;
  Slopes k1 = k;
  if constexpr (mixed) {
    const Pack scale = one / select(time, k.t, select(voltage, k.x, one));
    k1 = {k.x * scale, k.y * scale, k.t * scale};
  }
  StepResult n = runge_kutta<mixed>(x, y, t, h, k1, rA, r, rc, time, voltage);
  if constexpr (mixed) {  // without the rounding of the sum
    n.t = select(time, t_edge, n.t);
    n.x = select(voltage, x_peak, n.x);
  }

  // Error as a time: |et| + |ex / x'| + |ey / y'|, over the lane's tolerance.
  const Pack speed_x = fma(standstill, k.t, abs(k.x)), speed_y = fma(standstill, k.t, abs(k.y));
  const Pack shift = fma(n.ex, speed_y, n.ey * speed_x) / (speed_x * speed_y);
  const Pack scaled = max(load(s.weight) * fma(k.t, shift, n.et), (1.0 / largest_shift) * shift);
  const Mask small = scaled <= one;  // false for NaN
  Mask below = n.x < x_peak;
  const Mask before = n.t <= t_edge;
  if constexpr (mixed) below = below || voltage;
  const Mask good = small && below && before;

  // Next step: by the error; a step that went past V_peak or the edge is made again to end there.
  const Pack root = inverse_fifth_root(max(scaled, all(1e-12)));
  Pack factor = min(max(0.9 * root, all(0.2)), all(5.0));
  factor = select(scaled < all(1e30), factor, all(0.1));
  Pack next = h * factor, next_mode = zero;
  const Mask past_peak = but_not(small, below), past_edge = but_not(small && below, before);
  if constexpr (mixed) {
    next = select(voltage, min(next, 0.5 * h), next);
    next = select(past_peak && time, 0.5 * h, next);
  }
  const Mask to_peak = past_peak && rescaled && (zero < k.x), fall_back = past_peak && (k.x <= zero);
  next = select(fall_back, 0.5 * h, next);
  next = select(to_peak, x_peak - x, next);
  next = select(past_edge, t_edge - t, next);
  next_mode = select(to_peak, all(Mode::voltage), select(past_edge, all(Mode::time), next_mode));

  // What a good step changes.
  const Pack new_x = select(good, n.x, x), new_y = select(good, n.y, y), new_t = select(good, n.t, t);
  const Mask keep_slope = mixed ? but_not(good, time || voltage) : good;
  const Slopes slope{select(keep_slope, n.slope.x, k.x), select(keep_slope, n.slope.y, k.y),
                     select(keep_slope, n.slope.t, k.t)};
  const Jacobian j0 = jacobian(k, rA, r), j1 = jacobian(slope, rA, r);
  Pack ex = load(s.ex), ey = load(s.ey), et = load(s.et);
  Pack half = 0.5 * h;
  if constexpr (mixed) half = select(time, half / k.t, select(voltage, zero, half));
  const Jacobian early{mix(0.75, j0.xx, 0.25, j1.xx), mix(0.75, j0.xy, 0.25, j1.xy), mix(0.75, j0.yx, 0.25, j1.yx),
                       mix(0.75, j0.yy, 0.25, j1.yy), mix(0.75, j0.tx, 0.25, j1.tx)};
  const Jacobian late{mix(0.25, j0.xx, 0.75, j1.xx), mix(0.25, j0.xy, 0.75, j1.xy), mix(0.25, j0.yx, 0.75, j1.yx),
                      mix(0.25, j0.yy, 0.75, j1.yy), mix(0.25, j0.tx, 0.75, j1.tx)};
  const Pack old_ex = ex, old_ey = ey, old_et = et;
  propagate(early, half, ex, ey, et);
  propagate(late, half, ex, ey, et);
  store(select(good, ex - n.ex, old_ex), s.ex);
  store(select(good, ey + n.ey, old_ey), s.ey);
  store(select(good, et + n.et, old_et), s.et);

  const Pack longest = max(one, all(nonlinear_from) - new_x) / max(abs(slope.x), one - slope.t);
  next = select(next_mode == zero, min(next, longest), next);
  // Does the run's next edge come before the end of the next step?
  const Mask near = (t_edge < fma(next, slope.t, new_t)) && (all(0.5) < slope.t) && (next_mode == zero);
  next = select(near, t_edge - new_t, next);
  next_mode = select(near, all(Mode::time), next_mode);

  const Pack steps = load(s.steps) - one;
  store(new_x, s.x);
  store(new_y, s.y);
  store(new_t, s.t);
  store(slope.x, s.kx);
  store(slope.y, s.ky);
  store(slope.t, s.kt);
  store(scaled, s.scaled);
  store(steps, s.steps);

  // On the upstroke the rest of the way has a closed form; the first neglected term tells when it is accurate.
  const Pack z = slope.t, q = fma(abs(new_x + new_y), z, z);
  const Pack dy = abs(slope.y) / max(slope.t, all(1e-300)) + rA;
  const Mask tail = (all(2.0) < new_x) && (q < all(0.3)) && (z * q * q * (q + abs(dy)) <= load(s.tail)) &&
                    (fma(2.0, z, new_t) <= t_edge) && (new_x < x_peak);
  Mask spike = tail, edge = {}, failure = !(load(s.smallest) <= next);  // NaN as well
  if constexpr (mixed) {
    spike = spike || (good && voltage);
    edge = good && time;
    next_mode = select(good && voltage, all(Mode::voltage), next_mode);
    failure = but_not(failure, spike || edge);
  }
  failure = but_not(failure, spike) || (steps <= zero);
  store(next, s.h);
  store(next_mode, s.mode);
  if (none(spike || edge || failure)) return {};
  return {bits(spike), bits(edge), bits(failure)};
}

HWY_INLINE void refresh_slopes(LaneState& s) {
  const Mask no = all(1.0) < all(0.0);
  const Slopes k = slopes<false>(load(s.x), load(s.y), load(s.rA), load(s.r), load(s.rc), no, no);
  store(k.x, s.kx);
  store(k.y, s.ky);
  store(k.t, s.kt);
}

void run(std::span<const SpikeTask> tasks, std::span<SpikeRun> runs, double tolerance, const CostLimits& limits) {
  Lanes queue(tasks, runs, tolerance, limits, lanes);
  LaneState& s = queue.state();
  refresh_slopes(s);
  while (!queue.all_idle()) {
    const bool mixed = !none(all(0.0) < load(s.mode));
    const Events events = mixed ? step<true>(s) : step<false>(s);
    if ((events.spike | events.edge | events.failure) != 0) {
      queue.handle(events);
      refresh_slopes(s);
    }
  }
}

}  // namespace
}  // namespace modscape::solvers::ensemble::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace modscape::solvers {
namespace ensemble {
namespace {
HWY_EXPORT(run);
}
}  // namespace ensemble

std::vector<SpikeRun> AdexEnsemble::run(std::span<const SpikeTask> tasks) {
  std::vector<SpikeRun> runs(tasks.size());
  HWY_DYNAMIC_DISPATCH(ensemble::run)(tasks, runs, tolerance_, limits_);
  return runs;
}

std::string simd_target() {
  return hwy::TargetName(hwy::SupportedAndGeneratedTargets().front());
}

std::string simd_class() {
  return (hwy::SupportedTargets() & (HWY_AVX2 | HWY_AVX3 | HWY_NEON)) != 0 ? "fma" : "no-fma";
}

void use_simd_target(const std::string& name) {
  std::int64_t targets = 0;
  hwy::SetSupportedTargetsForTest(0);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets())
    if (name == hwy::TargetName(target)) targets = target;
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

}  // namespace modscape::solvers
#endif
