// SPDX-License-Identifier: Apache-2.0
// Arithmetic of one number per lane, for code that Highway compiles once per instruction set (hence the include guard
// that opens again for each). The operations are Highway's; see its reference for what they do with NaN.
#if defined(MODSCAPE_SOLVERS_SIMD_PACK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MODSCAPE_SOLVERS_SIMD_PACK_INL_HPP
#undef MODSCAPE_SOLVERS_SIMD_PACK_INL_HPP
#else
#define MODSCAPE_SOLVERS_SIMD_PACK_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "solvers/lane_array.hpp"

HWY_BEFORE_NAMESPACE();
namespace modscape::solvers::ensemble::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr D d;
constexpr std::size_t width = hn::MaxLanes(d);
// Vectors that go through a step side by side, so that one's arithmetic fills the latency of the other's.
constexpr std::size_t in_flight = 2;
constexpr std::size_t lanes = width * in_flight;

// `in_flight` vectors as one number per lane.
struct Pack {
  V v[in_flight];
};
struct Mask {
  M m[in_flight];
};

#define MODSCAPE_EACH for (std::size_t i = 0; i < in_flight; ++i)

HWY_INLINE Pack load(const LaneArray& a) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Load(d, a.data() + i * width);
  return r;
}
HWY_INLINE void store(const Pack& a, LaneArray& to) {
  MODSCAPE_EACH hn::Store(a.v[i], d, to.data() + i * width);
}
HWY_INLINE Pack all(double x) {
  Pack r;
  for (V& vector : r.v) vector = hn::Set(d, x);
  return r;
}
HWY_INLINE Pack operator+(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Add(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Pack operator-(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Sub(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Pack operator*(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Mul(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Pack operator*(double a, const Pack& b) {
  return all(a) * b;
}
HWY_INLINE Pack operator/(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Div(a.v[i], b.v[i]);
  return r;
}
// a b + c, c - a b
HWY_INLINE Pack fma(const Pack& a, const Pack& b, const Pack& c) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::MulAdd(a.v[i], b.v[i], c.v[i]);
  return r;
}
HWY_INLINE Pack fma(double a, const Pack& b, const Pack& c) {
  return fma(all(a), b, c);
}
HWY_INLINE Pack fnma(const Pack& a, const Pack& b, const Pack& c) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::NegMulAdd(a.v[i], b.v[i], c.v[i]);
  return r;
}
HWY_INLINE Pack abs(const Pack& a) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Abs(a.v[i]);
  return r;
}
HWY_INLINE Pack min(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Min(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Pack max(const Pack& a, const Pack& b) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Max(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Pack exp(const Pack& a) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::Exp(d, a.v[i]);
  return r;
}
HWY_INLINE Mask operator<(const Pack& a, const Pack& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::Lt(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Mask operator<=(const Pack& a, const Pack& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::Le(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Mask operator==(const Pack& a, const Pack& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::Eq(a.v[i], b.v[i]);
  return r;
}
HWY_INLINE Mask operator&&(const Mask& a, const Mask& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::And(a.m[i], b.m[i]);
  return r;
}
HWY_INLINE Mask operator||(const Mask& a, const Mask& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::Or(a.m[i], b.m[i]);
  return r;
}
HWY_INLINE Mask but_not(const Mask& a, const Mask& b) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::AndNot(b.m[i], a.m[i]);
  return r;
}
HWY_INLINE Mask operator!(const Mask& a) {
  Mask r;
  MODSCAPE_EACH r.m[i] = hn::Not(a.m[i]);
  return r;
}
HWY_INLINE Pack select(const Mask& m, const Pack& yes, const Pack& no) {
  Pack r;
  MODSCAPE_EACH r.v[i] = hn::IfThenElse(m.m[i], yes.v[i], no.v[i]);
  return r;
}
HWY_INLINE bool none(const Mask& a) {
  M any = a.m[0];
  for (std::size_t i = 1; i < in_flight; ++i) any = hn::Or(any, a.m[i]);
  return hn::AllFalse(d, any);
}
HWY_INLINE std::uint32_t bits(const Mask& a) {
  std::uint32_t all_bits = 0;
  MODSCAPE_EACH {
    std::uint8_t part[8] = {};
    hn::StoreMaskBits(d, a.m[i], part);
    all_bits |= static_cast<std::uint32_t>(part[0]) << (i * width);
  }
  return all_bits;
}
// About x^(-1/5) for x > 0, within 10 %: the exponent divided, the mantissa taken as its logarithm.
HWY_INLINE Pack inverse_fifth_root(const Pack& x) {
  const hn::RebindToUnsigned<D> du;
  const auto from = hn::Set(du, 0x4CACD00000000000ull);  // bits of 1.0 times 1 + 1/8 + 1/16 + 1/128 + 1/256
  Pack r;
  MODSCAPE_EACH {
    const auto b = hn::BitCast(du, x.v[i]);
    const auto fifth = hn::Add(hn::Add(hn::ShiftRight<3>(b), hn::ShiftRight<4>(b)),
                               hn::Add(hn::ShiftRight<7>(b), hn::ShiftRight<8>(b)));
    r.v[i] = hn::BitCast(d, hn::Sub(from, fifth));
  }
  return r;
}

#undef MODSCAPE_EACH

}  // namespace
}  // namespace modscape::solvers::ensemble::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
