// SPDX-License-Identifier: Apache-2.0
#include "ephys/regime.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ephys/spike_features.hpp"

namespace modscape::ephys {
namespace {

constexpr std::array<std::string_view, regime_count> names{"rest",     "transient",    "few",       "tonic",     "adapting",
                                                           "initial_burst", "bursting", "accelerating", "irregular", "rest+spiking"};

bool equal(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b)); }

// Spikes per group if the last intervals repeat with that period and the group has a clear pause; 0 otherwise.
int repeating_group(std::span<const double> isi, const RegimeRules& rules) {
  for (std::size_t n = 2; 2 * n <= isi.size(); ++n) {
    const auto last = isi.last(2 * n);
    const bool repeats = std::ranges::equal(last.first(n), last.last(n), [&](double a, double b) { return equal(a, b, rules.equal); });
    const auto [shortest, longest] = std::ranges::minmax(last.last(n));
    if (repeats && longest > rules.burst_ratio * shortest) return static_cast<int>(n);
  }
  return 0;
}

// Counts changes beyond the tolerance: intervals that grow, and that shrink.
std::array<int, 2> growth(std::span<const double> isi, double tolerance) {
  std::array<int, 2> counts{0, 0};
  for (std::size_t i = 1; i < isi.size(); ++i)
    if (!equal(isi[i], isi[i - 1], tolerance)) ++counts[isi[i] > isi[i - 1] ? 0 : 1];
  return counts;
}

Regime classify_intervals(std::span<const double> isi, const RegimeRules& rules) {
  if (repeating_group(isi, rules) > 0) return Regime::bursting;
  const double settled = isi.back();
  const double tight = rules.equal * 0.2;  // a slow drift counts even if neighbours are nearly equal
  const auto [grows, shrinks] = growth(isi, tight);
  const bool all_equal = std::ranges::all_of(isi, [&](double x) { return equal(x, settled, rules.equal); });
  if (all_equal) return Regime::tonic;
  const auto early = std::min<std::size_t>(isi.size(), static_cast<std::size_t>(rules.settled_after));
  const auto late = isi.subspan(early);
  const bool late_equal = late.size() >= 2 && std::ranges::all_of(late, [&](double x) { return equal(x, settled, 4 * rules.equal); });
  if (late_equal && isi.front() < rules.initial_ratio * settled && isi[1] < rules.initial_ratio * settled) return Regime::initial_burst;
  if (shrinks == 0) return Regime::adapting;
  if (grows == 0) return Regime::accelerating;
  if (late_equal) return isi.front() < settled ? Regime::adapting : Regime::accelerating;
  return Regime::irregular;
}

}  // namespace

std::string_view to_string(Regime regime) { return names[static_cast<std::size_t>(regime)]; }

Regime classify_on_protocol(std::span<const double> spike_times, double duration, const RegimeRules& rules) {
  if (spike_times.empty()) return Regime::rest;
  const std::vector<double> isi = interspike_intervals(spike_times);
  const double silence = duration - spike_times.back();
  const double longest = isi.empty() ? spike_times.front() : *std::ranges::max_element(isi);
  if (silence > rules.stop_ratio * longest) return Regime::transient;
  if (isi.size() < 2) return Regime::few;
  return classify_intervals(isi, rules);
}

int settled_period(std::span<const double> w_after, int longest, double tolerance) {
  const std::size_t size = w_after.size();
  for (std::size_t n = 1; n <= static_cast<std::size_t>(longest) && 3 * n <= size; ++n) {
    const auto last = w_after.last(2 * n);
    const auto [low, high] = std::ranges::minmax(last);
    const double allowed = tolerance * (high - low + 1.0);
    bool repeats = true;
    for (std::size_t i = 0; i < n; ++i) repeats = repeats && std::abs(last[i] - last[i + n]) <= allowed;
    if (repeats) return static_cast<int>(n);
  }
  return 0;
}

Regime classify_settled(std::span<const double> intervals, std::span<const double> w_after, const RegimeRules& rules) {
  const int period = settled_period(w_after);
  if (period == 1) return Regime::tonic;
  if (period == 0) return Regime::irregular;
  const auto group = intervals.last(std::min<std::size_t>(intervals.size(), static_cast<std::size_t>(period)));
  const auto [shortest, longest] = std::ranges::minmax(group);
  return longest > rules.burst_ratio * shortest ? Regime::bursting : Regime::tonic;
}

std::string regime_string(std::span<const Regime> along_current) {
  std::string text;
  Regime previous{};
  for (const Regime regime : along_current) {
    if (regime == Regime::few || (!text.empty() && regime == previous)) continue;
    if (!text.empty()) text += '|';
    text += to_string(regime);
    previous = regime;
  }
  return text;
}

}  // namespace modscape::ephys
