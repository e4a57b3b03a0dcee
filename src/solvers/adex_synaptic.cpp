// SPDX-License-Identifier: Apache-2.0
// The SIMD side of the synaptic kernel: Taylor steps of all lanes at once, each lane with its own step and its own
// events. Compiled once per instruction set by Highway.
#include "solvers/adex_synaptic.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <limits>
#include <type_traits>

#include "core/error.hpp"
#include "solvers/adex_synaptic_lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/adex_synaptic.cpp"
// As in adex_ensemble.cpp.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
// After foreach_target.h:
#define MODSCAPE_IN_FLIGHT 4
#include "solvers/simd_pack-inl.hpp"

// The compiler must see that every index is known: what stays an array in memory is ten times as slow.
#define MODSCAPE_UNROLL _Pragma("GCC unroll 16")

HWY_BEFORE_NAMESPACE();
namespace modscape::solvers::ensemble::HWY_NAMESPACE {
namespace {
using synaptic::Calls;
using synaptic::LaneState;
static_assert(lanes <= most_lanes);

constexpr int order = 8;                         // of the Taylor series
constexpr double shortest = 1.0 / ticks_per_ms;  // ms; a step below this has collapsed
constexpr double widest_sweep = 4.0;             // of x in one step
constexpr double overflow_from = 80;             // x where only a step that fails can be; e^80 is a float
constexpr std::uint32_t every_lane = 0xFFFFFFFFu >> (32 - lanes);
constexpr double smallest = 1e-30;     // instead of 0
constexpr double finest_float = 3e-8;  // ms; from this tolerance on series in single precision are exact enough

// (a/b)^(1/order) within about 10 %, for a, b > 0: the difference of the bits is close to the logarithm of the ratio.
template <class Tag, std::size_t count>
HWY_INLINE PackOf<Tag, count> root_of_ratio(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  static_assert(order == 8);
  const hn::RebindToSigned<Tag> di;
  const auto one = hn::BitCast(di, hn::Set(Tag(), hn::TFromD<Tag>{1}));
  PackOf<Tag, count> r;
  for (std::size_t i = 0; i < count; ++i) {
    const auto ratio = hn::Sub(hn::BitCast(di, a.v[i]), hn::BitCast(di, b.v[i]));
    r.v[i] = hn::BitCast(Tag(), hn::Add(one, hn::ShiftRight<3>(ratio)));
  }
  return r;
}

// 1/a within about 12 %, for a > 0: the bits are close to the logarithm.
template <class Tag, std::size_t count>
HWY_INLINE PackOf<Tag, count> rough_inverse(const PackOf<Tag, count>& a) {
  using T = hn::TFromD<Tag>;
  const hn::RebindToSigned<Tag> di;
  const auto from = sizeof(T) == 8 ? hn::Set(di, static_cast<hwy::MakeSigned<T>>(0x7FDE623822FC16E6))
                                   : hn::Set(di, static_cast<hwy::MakeSigned<T>>(0x7EF311C7));
  PackOf<Tag, count> r;
  for (std::size_t i = 0; i < count; ++i) r.v[i] = hn::BitCast(Tag(), hn::Sub(from, hn::BitCast(di, a.v[i])));
  return r;
}

// e^x to about 2e-9, or what a float can: nothing below is known better than its tolerance. -80 <= x <= 80. The
// polynomial interpolates at Chebyshev points.
template <class Tag, std::size_t count>
HWY_INLINE PackOf<Tag, count> exp_of(const PackOf<Tag, count>& x) {
  using T = hn::TFromD<Tag>;
  constexpr Tag tag;
  const hn::RebindToSigned<Tag> di;
  constexpr int mantissa = sizeof(T) == 8 ? 52 : 23;
  // x = n ln 2 + f; adding 1.5 2^mantissa leaves n in the lowest bits.
  const auto magic = hn::Set(tag, static_cast<T>(sizeof(T) == 8 ? 0x1.8p52 : 0x1.8p23));
  const auto set = [&](double value) HWY_ATTR { return hn::Set(tag, static_cast<T>(value)); };
  PackOf<Tag, count> r;
  for (std::size_t i = 0; i < count; ++i) {
    const auto shifted = hn::MulAdd(x.v[i], set(1.4426950408889634), magic);
    const auto n = hn::Sub(shifted, magic);
    auto f = hn::NegMulAdd(n, set(0.693145751953125), x.v[i]);
    f = hn::NegMulAdd(n, set(1.42860682030941723212e-6), f);
    const auto f2 = hn::Mul(f, f);
    const auto pair = [&](double a, double b) HWY_ATTR { return hn::MulAdd(set(b), f, set(a)); };
    const auto low = hn::MulAdd(pair(0.50000001078, 0.166664154005), f2, pair(0.99999999996, 1.00000003774));
    const auto high = hn::MulAdd(set(0.00139485898863), f2, pair(0.0416662181383, 0.00837513527505));
    const auto sum = hn::MulAdd(hn::Mul(f2, f2), high, low);
    const auto exponent = hn::ShiftLeft<mantissa>(hn::BitCast(di, shifted));
    r.v[i] = hn::BitCast(tag, hn::Add(hn::BitCast(di, sum), exponent));
  }
  return r;
}

// (1 - e^-z)/z for 0 <= z <= 0.5: its Taylor series to 6e-10, or, to what a float can, interpolated.
template <class P>
HWY_INLINE P relaxed(const P& z) {
  const auto horner = [&](const P& u, double first, double second, std::initializer_list<double> rest) HWY_ATTR {
    P sum = fma(first, u, all_of<P>(second));
    for (const double term : rest) sum = fma(u, sum, all_of<P>(term));
    return sum;
  };
  if constexpr (std::is_same_v<P, Pack>)
    return horner(all_of<P>(0.0) - z, 1.0 / 362880, 1.0 / 40320,
                  {1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0});
  else
    return horner(z, -0.001123716062, 0.008190004092, {-0.04163024404, 0.1666624494, -0.4999998207, 0.9999999988});
}

// What the series begin with; G, H: of the synapses (x' gets H - G x), with their own coefficients.
template <class P, int terms>
struct Start {
  P kappa, r, rA, lambda, x, y, x1, y1, e;
  P G[terms], H[terms];
};

// Taylor coefficients 1 to `order` of x and y, at [n]. `one_tau`: all conductances decay alike. The series are then
// those in s = (1 - e^-(lambda t))/lambda, in which conductances are straight lines:
//   (1 - lambda s) dx/ds = kappa (e^x - x - y) + (1 - lambda s)(H - G x).
// Otherwise s = t.
template <class P>
struct Series {
  P x[order + 1], y[order + 1];
};
template <bool one_tau, class P, int terms>
HWY_INLINE Series<P> series(const Start<P, terms>& s) {
  // With e = e^x: n e_n = sum_k k x_k e_(n-k); slope_n = n x_n. Terms of the newest coefficient come last: they are the
  // only chain of operations that must wait for each other.
  Series<P> q;
  P e[order], slope[order + 1];
  P leak = all_of<P>(0.0) - (s.kappa + s.G[0]), relax = all_of<P>(0.0) - s.r;
  e[0] = s.e;
  q.x[0] = s.x;
  q.y[0] = s.y;
  q.x[1] = slope[1] = s.x1;
  q.y[1] = s.y1;
  MODSCAPE_UNROLL for (int n = 1; n < order; ++n) {
    if (one_tau) {
      leak = leak + s.lambda;
      relax = relax + s.lambda;
    }
    P rest = n < terms ? fnma(s.kappa, q.y[n], s.H[n]) : all_of<P>(0.0) - s.kappa * q.y[n];
    MODSCAPE_UNROLL for (int k = std::min(n, terms - 1); k >= 1; --k) rest = fnma(s.G[k], q.x[n - k], rest);
    if (n == 1) {
      e[1] = q.x[1] * e[0];
    } else {
      P sum = slope[1] * e[n - 1];
      MODSCAPE_UNROLL for (int k = 2; k < n; ++k) sum = fma(slope[k], e[n - k], sum);
      e[n] = fma(q.x[n], e[0], (1.0 / n) * sum);
    }
    slope[n + 1] = fma(s.kappa, e[n], fma(leak, q.x[n], rest));
    q.x[n + 1] = (1.0 / (n + 1)) * slope[n + 1];
    q.y[n + 1] = (1.0 / (n + 1)) * fma(s.rA, q.x[n], relax * q.y[n]);
  }
  return q;
}

// What the terms from the second on add to the first coefficient: the sum of c_n s^(n-1).
template <class P>
HWY_INLINE P beyond_first(const P (&coefficients)[order + 1], const P& s) {
  P sum = coefficients[order];
  MODSCAPE_UNROLL for (int n = order - 1; n >= 2; --n) sum = fma(s, sum, coefficients[n]);
  return s * sum;
}

template <class P>
HWY_INLINE P load(const synaptic::LaneConstant& c) {
  if constexpr (std::is_same_v<P, Pack>)
    return load(c.wide);
  else
    return load(c.narrow);
}

// What the lanes wait for.
struct NextEvent {
  IntPack t;  // in ticks
  IntPack port;
  FloatPack weight;
};
HWY_INLINE NextEvent next_event(const LaneState& s) {
  static_assert(sizeof(SynapticEvent) == sizeof(std::uint64_t));
  NextEvent next;
  for (std::size_t i = 0; i < float_in_flight; ++i) {
#if HWY_TARGET == HWY_SCALAR
    const auto event = std::bit_cast<SynapticEvent>(s.event[i]);
    next.weight.v[i] = hn::Set(F(), event.weight);
    const auto key = hn::Set(I(), std::bit_cast<std::int32_t>(event.key));
#else
    const hn::Repartition<std::int32_t, D> halves;
    const auto low = hn::BitCast(halves, hn::Load(hn::RebindToUnsigned<D>(), s.event.data() + 2 * i * width));
    const auto high = hn::BitCast(halves, hn::Load(hn::RebindToUnsigned<D>(), s.event.data() + (2 * i + 1) * width));
    next.weight.v[i] = hn::BitCast(F(), hn::ConcatEven(halves, high, low));
    const auto key = hn::ConcatOdd(halves, high, low);
#endif
    const hn::RebindToUnsigned<I> unsigned_key;
    next.t.v[i] = hn::BitCast(I(), hn::ShiftRight<3>(hn::BitCast(unsigned_key, key)));
    next.port.v[i] = hn::And(key, hn::Set(I(), 7));
  }
  return next;
}

// Lets the lanes in `pop` wait for the event after.
HWY_INLINE void take_events(LaneState& s, const SynapticEvent* events, const IntMask& pop) {
  const IntPack next = load(s.next);
  store(select(pop, next + all_of<IntPack>(EventLists::stride), next), s.next);
  // One by one: gathering takes longer on many processors.
  const auto* raw = reinterpret_cast<const std::uint64_t*>(events);
  for (std::size_t lane = 0; lane < lanes; ++lane) s.event[lane] = raw[s.next[lane]];
}

template <class P, std::size_t ports, bool alpha, bool one_tau>
HWY_INLINE Calls step(LaneState& s, const SynapticEvent* events, const IntPack& length, double tolerance) {
  constexpr int terms = one_tau ? 2 : order;  // of conductances
  const Pack zero = all(0.0), kappa = load<Pack>(s.kappa);
  const Pack x = load(s.x), y = load(s.y);
  Start<P, terms> start;
  start.kappa = load<P>(s.kappa);
  start.lambda = load<P>(s.lambda[0]);
  start.x = as<P>(x);
  start.y = as<P>(y);
  start.e = exp_of(min(max(start.x, all_of<P>(-overflow_from)), all_of<P>(overflow_from)));
  start.rA = load<P>(s.rA);
  start.r = load<P>(s.r);
  Pack G0, H0;
  MODSCAPE_UNROLL for (std::size_t port = 0; port < ports; ++port) {
    const Pack g = load(s.g[port]), gamma = load(s.gamma[port]), eta = load(s.eta[port]);
    G0 = port == 0 ? gamma * g : fma(gamma, g, G0);
    H0 = port == 0 ? eta * g : fma(eta, g, H0);
    if constexpr (!one_tau) {
      const P lambda = load<P>(s.lambda[port]), gamma_p = as<P>(gamma), eta_p = as<P>(eta);
      P term = as<P>(g), u;
      if constexpr (alpha) u = as<P>(load(s.rise[port]) * load(s.u[port]));
      MODSCAPE_UNROLL for (int n = 1; n < terms; ++n) {
        if constexpr (alpha) {
          term = (1.0 / n) * fnma(lambda, term, u);
          u = (-1.0 / n) * (lambda * u);
        } else {
          term = (-1.0 / n) * (lambda * term);
        }
        start.G[n] = port == 0 ? gamma_p * term : fma(gamma_p, term, start.G[n]);
        start.H[n] = port == 0 ? eta_p * term : fma(eta_p, term, start.H[n]);
      }
    }
  }
  start.G[0] = as<P>(G0);
  if constexpr (one_tau) {
    const P fall = all_of<P>(0.0) - start.lambda;
    start.G[1] = fall * start.G[0];
    start.H[1] = fall * as<P>(H0);
  }
  // The first coefficients in full precision: they carry the solution, the rest correct it.
  const Pack x1 = fma(kappa, as_double(start.e) - x - y, fnma(G0, x, H0));
  const Pack y1 = fma(load<Pack>(s.rA), x, fnma(load<Pack>(s.r), y, load(s.rc)));
  start.x1 = as<P>(x1);
  start.y1 = as<P>(y1);
  const Series<P> q = series<one_tau>(start);
  // Where a time is in the variable of the series.
  const auto along = [&](const P& time) HWY_ATTR { return one_tau ? time * relaxed(start.lambda * time) : time; };

  // The last terms of the series bound the error of x; divided by the speed an upstroke has there it is a time.
  const P rate = fma(start.kappa, start.e, start.G[0] + start.kappa);
  const P last = max(abs(q.x[order]), (1.0 / order) * (abs(q.x[order - 1]) * rate));
  const P allowed = max(tolerance * fma(start.kappa, start.e, start.kappa), all_of<P>(smallest));
  P longest = min(root_of_ratio(allowed, max(last, all_of<P>(smallest))), load<P>(s.longest));
  // Where input sweeps x, the terms of e^x follow those of e^(x_1 t): the last one says nothing until they decrease.
  longest = min(longest, widest_sweep * rough_inverse(max(abs(start.x1), all_of<P>(1e-6))));
  // Times are whole ticks: steps are cut to them, which is far below what their length is known to.
  const NextEvent next = next_event(s);
  const IntPack t = load(s.t), t_new = min(t + to_int(ticks_per_ms * longest), next.t);
  IntMask arrived = t_new == next.t;
  P h = (1.0 / ticks_per_ms) * from_int<P>(t_new - t);
  P at = along(h);
  Pack to = as_double(at);
  Pack x_new = fma(to, x1 + as_double(beyond_first(q.x, at)), x);

  Calls calls;
  if (!every(x_new < load(s.x_watch)) || !none(longest < all_of<P>(shortest))) {
    const Pack x_peak = load(s.x_peak);
    const Mask peaked = x_peak <= x_new;
    if (!none(peaked)) {  // where in the step, by bisection
      const Pack whole = as_double(h);
      Pack below = zero, above = whole;
      for (int i = 0; i < 50; ++i) {
        const Pack middle = 0.5 * (below + above);
        at = along(as<P>(middle));
        const Mask up = x_peak <= fma(as_double(at), x1 + as_double(beyond_first(q.x, at)), x);
        above = select(up, middle, above);
        below = select(up, below, middle);
      }
      store(fma(1.0 / ticks_per_ms, from_int<Pack>(t), above), s.peak_time);
      h = as<P>(select(peaked, above, whole));
      at = along(h);
      to = as_double(at);
      x_new = select(peaked, x_peak, x_new);
      arrived = but_not(arrived, as_int_mask(peaked));
    }
    const std::uint32_t good =
        (bits(all_of<P>(shortest) <= h) | bits(arrived) | bits(peaked)) & bits(abs(x_new) <= all(1e100));
    calls = {0, bits(peaked), bits(load(s.x_watch) <= x_new), ~good & every_lane};
  }

  MODSCAPE_UNROLL for (std::size_t port = 0; port < ports; ++port) {
    const P z = load<P>(s.lambda[port]) * h;
    const Pack lost = one_tau ? load<Pack>(s.lambda[port]) * to : as_double(z * relaxed(z));
    const IntMask hit = arrived && next.port == all_of<IntPack>(static_cast<double>(port));
    const Pack jump = as_double(only(hit, next.weight));
    Pack g = load(s.g[port]);
    if constexpr (alpha) {
      const Pack rise = load(s.rise[port]), u = load(s.u[port]);
      const Mask rises = zero < rise;
      const Pack risen = fma(rise * u, as_double(h), g);
      store(fnma(lost, u, u) + select(rises, jump, zero), s.u[port]);
      store(fnma(lost, risen, risen) + select(rises, zero, jump), s.g[port]);
    } else {
      store(fnma(lost, g, g) + jump, s.g[port]);
    }
  }
  store(x_new, s.x);
  store(fma(to, y1 + as_double(beyond_first(q.y, at)), y), s.y);
  store(t_new, s.t);
  const IntMask ended = length == t_new;  // no list goes on beyond
  calls.ended = bits(ended) & ~calls.peaked;
  take_events(s, events, but_not(arrived, ended));
  return calls;
}

template <class P, std::size_t ports, bool alpha, bool one_tau>
std::int64_t run_epoch(const synaptic::Epoch& epoch, double tolerance) {
  synaptic::Lanes neurons(epoch, ports, lanes);
  std::int64_t steps = 0;
  const auto length = all_of<IntPack>(epoch.ticks);
  while (neurons.busy() > 0) {
    steps += static_cast<std::int64_t>(neurons.busy());
    const Calls calls = step<P, ports, alpha, one_tau>(neurons.state(), epoch.events->data(), length, tolerance);
    if ((calls.ended | calls.watched | calls.failed) != 0) neurons.handle(calls);
  }
  return steps;
}

std::int64_t run(const synaptic::Epoch& epoch, double tolerance) {
  const SynapticCoefficients& c = *epoch.neurons.front().coefficients;
  if (epoch.series == SynapticSeries::fine || tolerance < finest_float)
    return run_epoch<Pack, 4, true, false>(epoch, tolerance);
  using P = FloatPack;
  const bool few = c.ports <= 2;
  if (c.any_alpha)
    return few ? run_epoch<P, 2, true, false>(epoch, tolerance) : run_epoch<P, 4, true, false>(epoch, tolerance);
  if (epoch.series == SynapticSeries::one_tau)
    return few ? run_epoch<P, 2, false, true>(epoch, tolerance) : run_epoch<P, 4, false, true>(epoch, tolerance);
  return few ? run_epoch<P, 2, false, false>(epoch, tolerance) : run_epoch<P, 4, false, false>(epoch, tolerance);
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

void AdexSynaptic::advance(std::span<SynapticNeuron> neurons, const EventLists& events, std::uint32_t epoch_ticks,
                           std::vector<LocatedSpike>& spikes, std::vector<FailedNeuron>& failed) {
  const double length = static_cast<double>(epoch_ticks) / ticks_per_ms;
  if (length > longest_epoch) throw InternalError("an epoch of the synaptic kernel is too long");
  if (events.size() < neurons.size()) throw InternalError("a neuron has no list of events");
  if (events.first(neurons.size()) > std::numeric_limits<std::int32_t>::max())
    throw InternalError("more events in one epoch than the synaptic kernel can number");
  std::array<bool, 3> there{};
  for (const SynapticNeuron& n : neurons) there[static_cast<std::size_t>(n.coefficients->series)] = true;
  for (const SynapticSeries series : {SynapticSeries::one_tau, SynapticSeries::several, SynapticSeries::fine}) {
    const synaptic::Epoch epoch{neurons, &events, epoch_ticks, series, &spikes, &failed};
    if (there[static_cast<std::size_t>(series)]) steps_ += HWY_DYNAMIC_DISPATCH(ensemble::run)(epoch, tolerance_);
  }
}

}  // namespace modscape::solvers
#endif
