// SPDX-License-Identifier: Apache-2.0
#include "network/up_down_states.hpp"

#include <cmath>

namespace modscape::network {
namespace {

constexpr double threshold = 0.2;         // of the rate that an average spike finds itself in
constexpr double fewest_spikes = 4;       // in a bin: five empty ones in a row by chance are then rarer than 1 in 10^6
constexpr std::size_t shortest_down = 5;  // bins

}  // namespace

UpDownStates up_down_states(std::span<const std::uint32_t> counts) {
  double spikes = 0.0, squares = 0.0;
  for (const double count : counts) {
    spikes += count;
    squares += count * count;
  }
  if (spikes <= 0.0 || squares < fewest_spikes * spikes) return {NAN, NAN, NAN};
  const double low = threshold * squares / spikes;
  std::size_t down = 0, up_bins = 0, states = 0, run = 0;
  std::size_t last_down_end = 0;  // first bin after the last down state
  bool seen_down = false;
  for (std::size_t k = 0; k <= counts.size(); ++k) {
    if (k < counts.size() && counts[k] < low) {
      ++run;
      continue;
    }
    if (run >= shortest_down) {
      if (seen_down) {
        ++states;
        up_bins += k - run - last_down_end;
      }
      seen_down = true;
      last_down_end = k;
      down += run;
    }
    run = 0;
  }
  const auto number = static_cast<double>(states);
  return {static_cast<double>(down) / static_cast<double>(counts.size()), number,
          states > 0 ? up_down_bin * static_cast<double>(up_bins) / number : NAN};
}

}  // namespace modscape::network
