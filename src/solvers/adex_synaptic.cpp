// SPDX-License-Identifier: Apache-2.0
// The SIMD side of the synaptic kernel: Taylor steps of all lanes at once, each lane with its own step and its own
// events. Compiled once per instruction set by Highway.
#include "solvers/adex_synaptic.hpp"

#include "core/error.hpp"
#include "solvers/adex_synaptic_lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/adex_synaptic.cpp"
// As in adex_ensemble.cpp.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include "solvers/simd_pack-inl.hpp"

// The compiler must see that every index is known: what stays an array in memory is ten times as slow.
#define MODSCAPE_UNROLL _Pragma("GCC unroll 16")

HWY_BEFORE_NAMESPACE();
namespace modscape::solvers::ensemble::HWY_NAMESPACE {
namespace {
using synaptic::Calls;
using synaptic::LaneState;
static_assert(lanes <= most_lanes);

constexpr int order = 8;               // of the Taylor series
constexpr double shortest = 1e-10;     // ms; a step below this has collapsed
constexpr double widest_sweep = 4.0;   // of x in one step
constexpr double overflow_from = 600;  // x where only a step that fails can be

// (a/b)^(1/order) within about 10 %, for a, b > 0: the difference of the bits is close to the logarithm of the ratio.
HWY_INLINE Pack root_of_ratio(const Pack& a, const Pack& b) {
  static_assert(order == 8);
  const hn::RebindToSigned<D> di;
  const auto one = hn::Set(di, 0x3FF0000000000000);
  Pack r;
  for (std::size_t i = 0; i < in_flight; ++i) {
    const auto ratio = hn::Sub(hn::BitCast(di, a.v[i]), hn::BitCast(di, b.v[i]));
    r.v[i] = hn::BitCast(d, hn::Add(one, hn::ShiftRight<3>(ratio)));
  }
  return r;
}

// 1/a within about 12 %, for a > 0: the bits are close to the logarithm.
HWY_INLINE Pack rough_inverse(const Pack& a) {
  const hn::RebindToSigned<D> di;
  Pack r;
  for (std::size_t i = 0; i < in_flight; ++i)
    r.v[i] = hn::BitCast(d, hn::Sub(hn::Set(di, 0x7FDE623822FC16E6), hn::BitCast(di, a.v[i])));
  return r;
}

// e^-z for 0 <= z <= 0.5, to 5e-9 relative or better.
HWY_INLINE Pack decay(const Pack& z) {
  const Pack m = all(0.0) - z;
  Pack sum = fma(1.0 / 40320, m, all(1.0 / 5040));
  for (const double term : {1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0}) sum = fma(m, sum, all(term));
  return sum;
}

// Taylor coefficients of x and y; e^x and the pull G of the synapses (x' gets H - G x) at the start of the step.
struct Series {
  Pack x[order + 1], y[order + 1];
  Pack e0, G0;
};

template <std::size_t ports, bool alpha>
HWY_INLINE Series series(const LaneState& s, const Pack& kappa, const Pack (&lambda)[ports]) {
  Series q;
  Pack G[order], H[order];
  MODSCAPE_UNROLL for (std::size_t port = 0; port < ports; ++port) {
    const Pack gamma = load(s.gamma[port]), eta = load(s.eta[port]);
    Pack g = load(s.g[port]), u;
    if constexpr (alpha) u = load(s.rise[port]) * load(s.u[port]);
    MODSCAPE_UNROLL for (int n = 0; n < order; ++n) {
      if (n > 0) {
        if constexpr (alpha) {
          g = (1.0 / n) * fnma(lambda[port], g, u);
          u = (-1.0 / n) * (lambda[port] * u);
        } else {
          g = (-1.0 / n) * (lambda[port] * g);
        }
      }
      G[n] = port == 0 ? gamma * g : fma(gamma, g, G[n]);
      H[n] = port == 0 ? eta * g : fma(eta, g, H[n]);
    }
  }
  // With e = e^x: n e_n = sum_k k x_k e_(n-k); d_n = n x_n. Terms of the newest coefficient come last: they are the
  // only chain of operations that must wait for each other.
  const Pack r = load(s.r), rA = load(s.rA), leak = all(0.0) - (kappa + G[0]);
  Pack e[order], slope[order + 1];
  q.x[0] = load(s.x);
  q.y[0] = load(s.y);
  e[0] = exp(min(q.x[0], all(overflow_from)));
  MODSCAPE_UNROLL for (int n = 0; n < order; ++n) {
    Pack rest = fnma(kappa, q.y[n], H[n]);
    MODSCAPE_UNROLL for (int k = n; k >= 1; --k) rest = fnma(G[k], q.x[n - k], rest);
    if (n == 1) e[1] = q.x[1] * e[0];
    if (n > 1) {
      Pack sum = slope[1] * e[n - 1];
      MODSCAPE_UNROLL for (int k = 2; k < n; ++k) sum = fma(slope[k], e[n - k], sum);
      e[n] = fma(q.x[n], e[0], (1.0 / n) * sum);
    }
    slope[n + 1] = fma(kappa, e[n], fma(leak, q.x[n], rest));
    q.x[n + 1] = (1.0 / (n + 1)) * slope[n + 1];
    const Pack relax = n == 0 ? fnma(r, q.y[0], load(s.rc)) : all(0.0) - r * q.y[n];
    q.y[n + 1] = (1.0 / (n + 1)) * fma(rA, q.x[n], relax);
  }
  q.e0 = e[0];
  q.G0 = G[0];
  return q;
}

HWY_INLINE Pack value(const Pack (&coefficients)[order + 1], const Pack& h) {
  Pack sum = coefficients[order];
  MODSCAPE_UNROLL for (int n = order - 1; n >= 0; --n) sum = fma(h, sum, coefficients[n]);
  return sum;
}

// The next event of the lanes in `pop`.
HWY_INLINE void next_events(LaneState& s, const SynapticEvent* events, const Mask& pop) {
  static_assert(sizeof(SynapticEvent) == sizeof(std::int64_t));
  const hn::RebindToSigned<D> di;
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<std::uint32_t, D> du32;
  const hn::Rebind<float, D> df;
  // An integer below 2^52 in the mantissa of 2^52 is that number plus 2^52.
  const auto magic_bits = hn::Set(du, 0x4330000000000000);
  const auto magic = hn::Set(d, 4503599627370496.0);
  const auto number = [&](auto bits) HWY_ATTR { return hn::Sub(hn::BitCast(d, hn::Or(bits, magic_bits)), magic); };
  for (std::size_t i = 0; i < in_flight; ++i) {
    const std::size_t first = i * width;
    const auto at = hn::Sub(hn::Load(di, s.next.data() + first), hn::VecFromMask(di, hn::RebindMask(di, pop.m[i])));
    hn::Store(at, di, s.next.data() + first);
    const auto raw = hn::BitCast(du, hn::GatherIndex(di, reinterpret_cast<const std::int64_t*>(events), at));
    const auto key = hn::And(raw, hn::Set(du, 0xffffffff));
    const auto set = [&](LaneArray& to, auto value) HWY_ATTR {
      hn::Store(hn::IfThenElse(pop.m[i], value, hn::Load(d, to.data() + first)), d, to.data() + first);
    };
    set(s.t_next, hn::Mul(number(hn::ShiftRight<3>(key)), hn::Set(d, 1.0 / ticks_per_ms)));
    set(s.port, number(hn::And(key, hn::Set(du, 7))));
    set(s.weight, hn::PromoteTo(d, hn::BitCast(df, hn::TruncateTo(du32, hn::ShiftRight<32>(raw)))));
  }
}

template <std::size_t ports, bool alpha>
HWY_INLINE Calls step(LaneState& s, const SynapticEvent* events, double tolerance) {
  const Pack zero = all(0.0), kappa = load(s.kappa);
  Pack lambda[ports];
  MODSCAPE_UNROLL for (std::size_t port = 0; port < ports; ++port) lambda[port] = load(s.lambda[port]);
  const Series q = series<ports, alpha>(s, kappa, lambda);

  // The last terms of the series bound the error of x; divided by the speed an upstroke has there it is a time.
  const Pack rate = fma(kappa, q.e0, q.G0 + kappa);
  const Pack last = max(abs(q.x[order]), (1.0 / order) * (abs(q.x[order - 1]) * rate));
  const Pack allowed = max(tolerance * fma(kappa, q.e0, kappa), all(1e-200));
  Pack h = min(root_of_ratio(allowed, max(last, all(1e-200))), load(s.longest));
  // Where input sweeps x, the terms of e^x follow those of e^(x_1 t): the last one says nothing until they decrease.
  h = min(h, widest_sweep * rough_inverse(max(abs(q.x[1]), all(1e-6))));
  const Pack t = load(s.t), t_next = load(s.t_next), left = t_next - t;
  Mask arrived = left <= h;
  h = min(h, left);
  Pack x = value(q.x, h);

  const Pack x_peak = load(s.x_peak);
  const Mask peaked = x_peak <= x;
  if (!none(peaked)) {  // where in the step, by bisection
    Pack below = zero, above = h;
    for (int i = 0; i < 50; ++i) {
      const Pack middle = 0.5 * (below + above);
      const Mask up = x_peak <= value(q.x, middle);
      above = select(up, middle, above);
      below = select(up, below, middle);
    }
    h = select(peaked, above, h);
    x = select(peaked, x_peak, x);
    arrived = but_not(arrived, peaked);
  }
  const Mask good = (all(shortest) <= h || arrived || peaked) && (abs(x) <= all(1e100));

  const Pack port_next = load(s.port), weight = load(s.weight);
  MODSCAPE_UNROLL for (std::size_t port = 0; port < ports; ++port) {
    const Pack factor = decay(lambda[port] * h);
    const Pack jump = select(arrived && (port_next == all(static_cast<double>(port))), weight, zero);
    Pack g = load(s.g[port]);
    if constexpr (alpha) {
      const Pack rise = load(s.rise[port]), u = load(s.u[port]);
      const Mask rises = zero < rise;
      g = factor * fma(rise * u, h, g);
      store(fma(factor, u, select(rises, jump, zero)), s.u[port]);
      store(g + select(rises, zero, jump), s.g[port]);
    } else {
      store(fma(factor, g, jump), s.g[port]);
    }
  }
  store(x, s.x);
  store(value(q.y, h), s.y);
  store(select(arrived, t_next, t + h), s.t);

  const Mask ended = arrived && (port_next == all(static_cast<double>(SynapticEvent::end_port)));
  const Mask pop = but_not(arrived, ended);
  if (!none(pop)) next_events(s, events, pop);
  return {bits(ended), bits(peaked), bits(load(s.x_watch) <= x), bits(!good)};
}

template <std::size_t ports, bool alpha>
std::int64_t run_epoch(const synaptic::Epoch& epoch, double tolerance) {
  synaptic::Lanes neurons(epoch, ports, lanes);
  std::int64_t steps = 0;
  while (neurons.busy() > 0) {
    steps += static_cast<std::int64_t>(neurons.busy());
    const Calls calls = step<ports, alpha>(neurons.state(), epoch.events.data(), tolerance);
    if ((calls.ended | calls.watched | calls.failed) != 0) neurons.handle(calls);
  }
  return steps;
}

std::int64_t run(const synaptic::Epoch& epoch, double tolerance) {
  const SynapticCoefficients& c = *epoch.neurons.front().coefficients;
  if (c.any_alpha) return c.ports <= 2 ? run_epoch<2, true>(epoch, tolerance) : run_epoch<4, true>(epoch, tolerance);
  if (c.ports <= 1) return run_epoch<1, false>(epoch, tolerance);
  return c.ports == 2 ? run_epoch<2, false>(epoch, tolerance) : run_epoch<4, false>(epoch, tolerance);
}

}  // namespace
}  // namespace modscape::solvers::ensemble::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#undef MODSCAPE_UNROLL

#if HWY_ONCE
namespace modscape::solvers {
namespace ensemble {
namespace {
HWY_EXPORT(run);
}
}  // namespace ensemble

void AdexSynaptic::advance(std::span<SynapticNeuron> neurons, std::span<const SynapticEvent> events,
                           std::size_t capacity, std::uint32_t epoch_ticks, std::vector<LocatedSpike>& spikes,
                           std::vector<FailedNeuron>& failed) {
  const double length = static_cast<double>(epoch_ticks) / ticks_per_ms;
  if (length > longest_epoch) throw InternalError("an epoch of the synaptic kernel is too long");
  if (events.size() < neurons.size() * capacity) throw InternalError("a neuron has no list of events");
  if (neurons.empty()) return;
  const synaptic::Epoch epoch{neurons, events, capacity, length, &spikes, &failed};
  steps_ += HWY_DYNAMIC_DISPATCH(ensemble::run)(epoch, tolerance_);
}

}  // namespace modscape::solvers
#endif
