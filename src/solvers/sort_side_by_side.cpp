// SPDX-License-Identifier: Apache-2.0
// Batcher's odd-even merge sort (Batcher 1968, AFIPS 32:307) of lists side by side: comparing and exchanging the k-th
// and the l-th events of all lists are two instructions. Compiled once per instruction set by Highway.
#include <array>
#include <utility>

#include "solvers/event_lists.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/sort_side_by_side.cpp"
// As in adex_ensemble.cpp.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#ifndef MODSCAPE_SOLVERS_SORT_SIDE_BY_SIDE_NETWORK
#define MODSCAPE_SOLVERS_SORT_SIDE_BY_SIDE_NETWORK
namespace modscape::solvers::network_of_comparisons {

struct Pair {
  std::size_t low, high;
};
/// act(low, high) for all comparisons of n numbers, n a power of 2, in their order.
template <class Act>
constexpr void each_comparison(std::size_t n, Act&& act) {
  for (std::size_t p = 1; p < n; p *= 2)
    for (std::size_t k = p; k >= 1; k /= 2)
      for (std::size_t j = k % p; j + k < n; j += 2 * k)
        for (std::size_t i = 0; i < k && i + j + k < n; ++i)
          if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) act(i + j, i + j + k);
}
template <std::size_t n>
constexpr std::size_t comparisons() {
  std::size_t count = 0;
  each_comparison(n, [&](std::size_t, std::size_t) { ++count; });
  return count;
}
template <std::size_t n>
constexpr auto pairs() {
  std::array<Pair, comparisons<n>()> all{};
  std::size_t count = 0;
  each_comparison(n, [&](std::size_t low, std::size_t high) { all[count++] = {low, high}; });
  return all;
}

}  // namespace modscape::solvers::network_of_comparisons
#endif

HWY_BEFORE_NAMESPACE();
namespace modscape::solvers::side_by_side::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<std::uint64_t, EventLists::stride>;
using V = hn::Vec<D>;
constexpr D d;
constexpr std::size_t width = hn::MaxLanes(d);

template <std::size_t low, std::size_t high>
HWY_INLINE void compare(V* v) {
  const V least = hn::Min(v[low], v[high]);
  v[high] = hn::Max(v[low], v[high]);
  v[low] = least;
}

template <std::size_t n, std::size_t... i>
HWY_INLINE void sort(V* v, std::index_sequence<i...>) {
  static constexpr auto pairs = network_of_comparisons::pairs<n>();
  (compare<pairs[i].low, pairs[i].high>(v), ...);
}

template <std::size_t n>
HWY_INLINE void sort_lists(std::uint64_t* events, const std::uint32_t* count, std::uint64_t end) {
  const hn::Rebind<std::uint32_t, D> d32;
  for (std::size_t first = 0; first < EventLists::stride; first += width) {
    const V size = hn::PromoteTo(d, hn::LoadU(d32, count + first)), last = hn::Set(d, end);
    V v[n];
    for (std::size_t k = 0; k < n; ++k) {
      const V event = hn::LoadU(d, events + k * EventLists::stride + first);
      v[k] = hn::IfThenElse(hn::Gt(size, hn::Set(d, k)), event, last);
    }
    sort<n>(v, std::make_index_sequence<network_of_comparisons::comparisons<n>()>());
    for (std::size_t k = 0; k < n; ++k) hn::StoreU(v[k], d, events + k * EventLists::stride + first);
  }
}

void run(std::uint64_t* events, const std::uint32_t* count, std::uint32_t longest, std::uint64_t end) {
  if (longest < 8)
    sort_lists<8>(events, count, end);
  else if (longest < 16)
    sort_lists<16>(events, count, end);
  else
    sort_lists<longest_network>(events, count, end);
}

}  // namespace
}  // namespace modscape::solvers::side_by_side::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace modscape::solvers {
namespace side_by_side {
namespace {
HWY_EXPORT(run);
}
}  // namespace side_by_side

void sort_side_by_side(std::uint64_t* events, const std::uint32_t* count, std::uint32_t longest, std::uint64_t end) {
  HWY_DYNAMIC_DISPATCH(side_by_side::run)(events, count, longest, end);
}

}  // namespace modscape::solvers
#endif
