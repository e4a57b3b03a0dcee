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
#ifndef MODSCAPE_IN_FLIGHT
#define MODSCAPE_IN_FLIGHT 2
#endif
constexpr std::size_t in_flight = MODSCAPE_IN_FLIGHT;
constexpr std::size_t lanes = width * in_flight;

// One number per lane, in `count` vectors of the type that `Tag` stands for. Pack: double.
template <class Tag, std::size_t count>
struct PackOf {
  hn::Vec<Tag> v[count];
};
template <class Tag, std::size_t count>
struct MaskOf {
  hn::Mask<Tag> m[count];
};
using Pack = PackOf<D, in_flight>;
using Mask = MaskOf<D, in_flight>;
// float: as many numbers in half as many vectors (but where there are no vectors).
using F = hn::ScalableTag<float>;
constexpr std::size_t float_width = hn::MaxLanes(F()), float_in_flight = lanes / float_width;
using FloatPack = PackOf<F, float_in_flight>;
// int32: in as many vectors as floats.
using I = hn::RebindToSigned<F>;
using IntPack = PackOf<I, float_in_flight>;
using IntMask = MaskOf<I, float_in_flight>;

#define MODSCAPE_PACKS template <class Tag, std::size_t count>
#define MODSCAPE_EACH for (std::size_t i = 0; i < count; ++i)

HWY_INLINE Pack load(const LaneArray& a) {
  Pack r;
  for (std::size_t i = 0; i < in_flight; ++i) r.v[i] = hn::Load(d, a.data() + i * width);
  return r;
}
HWY_INLINE FloatPack load(const FloatLaneArray& a) {
  FloatPack r;
  for (std::size_t i = 0; i < float_in_flight; ++i) r.v[i] = hn::Load(F(), a.data() + i * float_width);
  return r;
}
HWY_INLINE IntPack load(const IntLaneArray& a) {
  IntPack r;
  for (std::size_t i = 0; i < float_in_flight; ++i) r.v[i] = hn::Load(I(), a.data() + i * float_width);
  return r;
}
HWY_INLINE void store(const IntPack& a, IntLaneArray& to) {
  for (std::size_t i = 0; i < float_in_flight; ++i) hn::Store(a.v[i], I(), to.data() + i * float_width);
}
HWY_INLINE void store(const Pack& a, LaneArray& to) {
  for (std::size_t i = 0; i < in_flight; ++i) hn::Store(a.v[i], d, to.data() + i * width);
}
template <class P>
HWY_INLINE P all_of(double x);
template <>
HWY_INLINE Pack all_of<Pack>(double x) {
  Pack r;
  for (V& vector : r.v) vector = hn::Set(d, x);
  return r;
}
template <>
HWY_INLINE FloatPack all_of<FloatPack>(double x) {
  FloatPack r;
  for (hn::Vec<F>& vector : r.v) vector = hn::Set(F(), static_cast<float>(x));
  return r;
}
template <>
HWY_INLINE IntPack all_of<IntPack>(double x) {
  IntPack r;
  for (hn::Vec<I>& vector : r.v) vector = hn::Set(I(), static_cast<std::int32_t>(x));
  return r;
}
HWY_INLINE Pack all(double x) {
  return all_of<Pack>(x);
}
// The numbers of a pack as another type.
template <class P>
HWY_INLINE P as(const Pack& a);
template <>
HWY_INLINE Pack as<Pack>(const Pack& a) {
  return a;
}
// To and from the numbers of half the size, of which as many are in half as many vectors.
template <class Tag>
HWY_INLINE PackOf<Tag, float_in_flight> demoted(const Pack& a) {
  const hn::Rebind<hn::TFromD<Tag>, D> part;
  PackOf<Tag, float_in_flight> r;
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < in_flight; ++i) r.v[i] = hn::DemoteTo(part, a.v[i]);
#else
  for (std::size_t i = 0; i < float_in_flight; ++i)
    r.v[i] = hn::Combine(Tag(), hn::DemoteTo(part, a.v[2 * i + 1]), hn::DemoteTo(part, a.v[2 * i]));
#endif
  return r;
}
template <class Tag>
HWY_INLINE Pack promoted(const PackOf<Tag, float_in_flight>& a) {
  Pack r;
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < in_flight; ++i) r.v[i] = hn::PromoteTo(d, a.v[i]);
#else
  const hn::Rebind<hn::TFromD<Tag>, D> part;
  for (std::size_t i = 0; i < float_in_flight; ++i) {
    r.v[2 * i] = hn::PromoteTo(d, hn::LowerHalf(part, a.v[i]));
    r.v[2 * i + 1] = hn::PromoteTo(d, hn::UpperHalf(part, a.v[i]));
  }
#endif
  return r;
}
template <>
HWY_INLINE FloatPack as<FloatPack>(const Pack& a) {
  return demoted<F>(a);
}
HWY_INLINE Pack as_double(const Pack& a) {
  return a;
}
HWY_INLINE Pack as_double(const FloatPack& a) {
  return promoted<F>(a);
}
// Integers as numbers of a pack, and numbers as integers, rounded towards 0.
template <class P>
HWY_INLINE P from_int(const IntPack& a);
template <>
HWY_INLINE FloatPack from_int<FloatPack>(const IntPack& a) {
  FloatPack r;
  for (std::size_t i = 0; i < float_in_flight; ++i) r.v[i] = hn::ConvertTo(F(), a.v[i]);
  return r;
}
template <>
HWY_INLINE Pack from_int<Pack>(const IntPack& a) {
  return promoted<I>(a);
}
HWY_INLINE IntPack to_int(const FloatPack& a) {
  IntPack r;
  for (std::size_t i = 0; i < float_in_flight; ++i) r.v[i] = hn::ConvertTo(I(), a.v[i]);
  return r;
}
HWY_INLINE IntPack to_int(const Pack& a) {
  return demoted<I>(a);
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> operator+(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Add(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> operator-(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Sub(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> operator*(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Mul(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> operator/(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Div(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> operator*(double a, const PackOf<Tag, count>& b) {
  return all_of<PackOf<Tag, count>>(a) * b;
}
// a b + c, c - a b
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> fma(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b,
                                  const PackOf<Tag, count>& c) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::MulAdd(a.v[i], b.v[i], c.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> fma(double a, const PackOf<Tag, count>& b, const PackOf<Tag, count>& c) {
  return fma(all_of<PackOf<Tag, count>>(a), b, c);
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> fnma(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b,
                                   const PackOf<Tag, count>& c) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::NegMulAdd(a.v[i], b.v[i], c.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> abs(const PackOf<Tag, count>& a) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Abs(a.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> min(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Min(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> max(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Max(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> exp(const PackOf<Tag, count>& a) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::Exp(Tag(), a.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator<(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::Lt(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE bool none(const MaskOf<Tag, count>& a) {
  hn::Mask<Tag> any = a.m[0];
  for (std::size_t i = 1; i < count; ++i) any = hn::Or(any, a.m[i]);
  return hn::AllFalse(Tag(), any);
}
MODSCAPE_PACKS
HWY_INLINE bool every(const MaskOf<Tag, count>& a) {
  hn::Mask<Tag> both = a.m[0];
  for (std::size_t i = 1; i < count; ++i) both = hn::And(both, a.m[i]);
  return hn::AllTrue(Tag(), both);
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator<=(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::Le(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator==(const PackOf<Tag, count>& a, const PackOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::Eq(a.v[i], b.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator&&(const MaskOf<Tag, count>& a, const MaskOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::And(a.m[i], b.m[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator||(const MaskOf<Tag, count>& a, const MaskOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::Or(a.m[i], b.m[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> but_not(const MaskOf<Tag, count>& a, const MaskOf<Tag, count>& b) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::AndNot(b.m[i], a.m[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE MaskOf<Tag, count> operator!(const MaskOf<Tag, count>& a) {
  MaskOf<Tag, count> r;
  MODSCAPE_EACH r.m[i] = hn::Not(a.m[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE PackOf<Tag, count> select(const MaskOf<Tag, count>& m, const PackOf<Tag, count>& yes,
                                     const PackOf<Tag, count>& no) {
  PackOf<Tag, count> r;
  MODSCAPE_EACH r.v[i] = hn::IfThenElse(m.m[i], yes.v[i], no.v[i]);
  return r;
}
HWY_INLINE IntMask as_int_mask(const Mask& m) {
  return to_int(as<FloatPack>(select(m, all(1.0), all(0.0)))) == all_of<IntPack>(1.0);
}
// Elsewhere 0.
HWY_INLINE FloatPack only(const IntMask& m, const FloatPack& a) {
  FloatPack r;
  for (std::size_t i = 0; i < float_in_flight; ++i) r.v[i] = hn::IfThenElseZero(hn::RebindMask(F(), m.m[i]), a.v[i]);
  return r;
}
MODSCAPE_PACKS
HWY_INLINE std::uint32_t bits(const MaskOf<Tag, count>& a) {
  std::uint32_t all_bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t part[8] = {};
    hn::StoreMaskBits(Tag(), a.m[i], part);
    all_bits |= (part[0] | static_cast<std::uint32_t>(part[1]) << 8) << (i * hn::MaxLanes(Tag()));
  }
  return all_bits;
}
// About x^(-1/5) for x > 0, within 10 %: the exponent divided, the mantissa taken as its logarithm.
HWY_INLINE Pack inverse_fifth_root(const Pack& x) {
  const hn::RebindToUnsigned<D> du;
  const auto from = hn::Set(du, 0x4CACD00000000000ull);  // bits of 1.0 times 1 + 1/8 + 1/16 + 1/128 + 1/256
  Pack r;
  for (std::size_t i = 0; i < in_flight; ++i) {
    const auto b = hn::BitCast(du, x.v[i]);
    const auto fifth = hn::Add(hn::Add(hn::ShiftRight<3>(b), hn::ShiftRight<4>(b)),
                               hn::Add(hn::ShiftRight<7>(b), hn::ShiftRight<8>(b)));
    r.v[i] = hn::BitCast(d, hn::Sub(from, fifth));
  }
  return r;
}

#undef MODSCAPE_PACKS
#undef MODSCAPE_EACH

}  // namespace
}  // namespace modscape::solvers::ensemble::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
