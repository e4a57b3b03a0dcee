// SPDX-License-Identifier: Apache-2.0
#include "network/spike_stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "solvers/event_lists.hpp"

namespace modscape::network {
namespace {

constexpr std::uint32_t low_bits = 3;  // of the distance, beside the tick
constexpr std::uint32_t digit_bits = 7;
constexpr std::size_t longest_spike = 9;
static_assert(solvers::longest_epoch * solvers::ticks_per_ms < 0x1p29);

// Least significant digit first; the highest bit of a byte says that another one follows.
unsigned char* put(unsigned char* to, std::uint32_t value) {
  for (; value >> digit_bits != 0; value >>= digit_bits) *to++ = static_cast<unsigned char>(value | 1U << digit_bits);
  *to++ = static_cast<unsigned char>(value);
  return to;
}

const unsigned char* get(const unsigned char* from, std::uint32_t& value) {
  value = 0;
  for (std::uint32_t shift = 0;; shift += digit_bits) {
    const std::uint32_t digit = *from++;
    value |= (digit & ((1U << digit_bits) - 1U)) << shift;
    if (digit >> digit_bits == 0) return from;
  }
}

}  // namespace

void pack_news(EpochNews& news, std::vector<std::uint64_t>& words) {
  words.clear();
  if (news.spikes.empty() && news.remarks.empty()) return;
  words.push_back(std::uint64_t{news.remarks.size()} << 32U | news.spikes.size());
  words.insert(words.end(), news.remarks.begin(), news.remarks.end());
  const std::size_t before = words.size();
  std::ranges::sort(news.spikes, {}, [](std::uint64_t spike) { return spike << 32U | spike >> 32U; });
  words.resize(before + (news.spikes.size() * longest_spike + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
  auto* const begin = reinterpret_cast<unsigned char*>(words.data() + before);
  unsigned char* to = begin;
  std::uint32_t last = 0;
  for (const std::uint64_t spike : news.spikes) {
    const auto gid = static_cast<std::uint32_t>(spike), distance = gid - last;
    const std::uint32_t head =
        static_cast<std::uint32_t>(spike >> 32U) << low_bits | (distance & ((1U << low_bits) - 1U));
    std::memcpy(to, &head, sizeof head);
    to = put(to + sizeof head, distance >> low_bits);
    last = gid;
  }
  const auto bytes = static_cast<std::size_t>(to - begin);
  words.resize(before + (bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
}

void unpack_news(std::span<const std::uint64_t> words, EpochNews& news) {
  for (std::size_t at = 0; at < words.size();) {
    const std::uint64_t sizes = words[at++];
    const std::span<const std::uint64_t> remarks = words.subspan(at, sizes >> 32U);
    news.remarks.insert(news.remarks.end(), remarks.begin(), remarks.end());
    at += remarks.size();
    const auto* const begin = reinterpret_cast<const unsigned char*>(words.data() + at);
    const unsigned char* from = begin;
    std::uint32_t gid = 0;
    for (std::uint64_t left = sizes & 0xFFFFFFFFU; left > 0; --left) {
      std::uint32_t head = 0, distance = 0;
      std::memcpy(&head, from, sizeof head);
      from = get(from + sizeof head, distance);
      gid += distance << low_bits | (head & ((1U << low_bits) - 1U));
      news.spikes.push_back(std::uint64_t{head >> low_bits} << 32U | gid);
    }
    at += (static_cast<std::size_t>(from - begin) + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
  }
}

double packed_bytes(double distance) {
  // Distances of independent spikes are exponential; each digit more is needed beyond 2^(low_bits + digits 7).
  double bytes = sizeof(std::uint32_t) + 1.0;
  for (int digits = 1; digits < 5; ++digits)
    bytes += std::exp(-std::exp2(low_bits + digits * double{digit_bits}) / distance);
  return bytes;
}

}  // namespace modscape::network
