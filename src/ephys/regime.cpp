// SPDX-License-Identifier: Apache-2.0
#include "ephys/regime.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ephys/spike_features.hpp"

namespace modscape::ephys {
namespace {

constexpr std::array<std::string_view, regime_count> names{"rest",      "transient",     "few",      "tonic",
                                                           "adapting",  "initial_burst", "bursting", "accelerating",
                                                           "irregular", "rest+spiking"};

// True if no interval is below (1 - tolerance) of the longest.
bool all_equal(std::span<const double> isi, double tolerance) {
  const auto [shortest, longest] = std::ranges::minmax(isi);
  return shortest >= (1.0 - tolerance) * longest;
}

// The length above which an interval is a pause: the middle (in logarithms) of the widest gap between the sorted
// intervals. Infinite if that gap is no wider than `ratio`, so that bursts and pauses are not two kinds of interval.
double pause_threshold(std::span<const double> isi, double ratio) {
  std::vector<double> sorted(isi.begin(), isi.end());
  std::ranges::sort(sorted);
  double widest = ratio, threshold = INFINITY;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i] > widest * sorted[i - 1]) {
      widest = sorted[i] / sorted[i - 1];
      threshold = std::sqrt(sorted[i] * sorted[i - 1]);
    }
  return threshold;
}

// Bursts that repeat: at least two pauses, and at least one short interval between any two.
bool repeats_bursts(std::span<const double> isi, double ratio) {
  const double threshold = pause_threshold(isi, ratio);
  int pauses = 0;
  bool adjacent = false;
  for (std::size_t i = 0; i < isi.size(); ++i) {
    if (isi[i] <= threshold) continue;
    ++pauses;
    adjacent = adjacent || (i > 0 && isi[i - 1] > threshold);
  }
  return pauses >= 2 && !adjacent;
}

// One burst, then single spikes only; from the second interval after the burst on they are equal.
bool bursts_once(std::span<const double> isi, const RegimeRules& rules) {
  const double threshold = pause_threshold(isi, rules.burst_ratio);
  const auto first_pause = std::ranges::find_if(isi, [&](double x) { return x > threshold; });
  const auto later = isi.last(static_cast<std::size_t>(isi.end() - first_pause));
  return first_pause != isi.begin() && later.size() >= 3 && std::ranges::min(later) > threshold &&
         all_equal(later.subspan(1), rules.equal);
}

// Intervals that come back in the same order, at least twice, and differ too little to be bursts.
bool alternates(std::span<const double> isi, const RegimeRules& rules) {
  const auto [shortest, longest] = std::ranges::minmax(isi);
  if (longest > rules.burst_ratio * shortest) return false;
  for (std::size_t period = 2; 2 * period <= isi.size(); ++period) {
    bool repeats = true;
    for (std::size_t i = period; i < isi.size(); ++i)
      repeats = repeats && all_equal(std::array{isi[i], isi[i - period]}, rules.equal);
    if (repeats) return true;
  }
  return false;
}

// Net change over summed change of the logarithms of the intervals, from -1 (every change is a shrinkage) to 1 (every
// change is growth). A long train is first averaged over blocks: the errors of single spikes change sign from one
// interval to the next and would outweigh any trend. 0 if the net change is within `equal`, or no more than what
// intervals of the same block differ by (two standard deviations).
double trend(std::span<const double> isi, double equal) {
  constexpr std::size_t most_blocks = 8;
  const std::size_t blocks = std::min(isi.size(), most_blocks);
  std::vector<double> means;
  double squares = 0.0;  // of what intervals differ from the mean of their block by
  for (std::size_t k = 0; k < blocks; ++k) {
    const auto block = isi.subspan(k * isi.size() / blocks, (k + 1) * isi.size() / blocks - k * isi.size() / blocks);
    double sum = 0.0;
    for (const double interval : block) sum += std::log(interval);
    means.push_back(sum / static_cast<double>(block.size()));
    for (const double interval : block) squares += std::pow(std::log(interval) - means.back(), 2);
  }
  double summed = 0.0;
  for (std::size_t k = 1; k < means.size(); ++k) summed += std::abs(means[k] - means[k - 1]);
  const double net = means.back() - means.front();
  const double scatter = isi.size() > blocks ? std::sqrt(squares / static_cast<double>(isi.size() - blocks)) : 0.0;
  return std::abs(net) > std::max(-std::log(1.0 - equal), 2.0 * scatter) ? net / summed : 0.0;
}

Regime classify_intervals(std::span<const double> isi, const RegimeRules& rules) {
  const auto late = isi.last((isi.size() + 1) / 2);  // the second half: what the neuron has settled to
  if (all_equal(isi, rules.equal)) return Regime::tonic;
  if (repeats_bursts(isi, rules.burst_ratio) || repeats_bursts(late, rules.burst_ratio)) return Regime::bursting;
  if (bursts_once(isi, rules)) return Regime::initial_burst;
  if (late.size() >= 3 && all_equal(late, rules.equal))
    return isi.back() > isi.front() ? Regime::adapting : Regime::accelerating;
  const double direction = trend(isi, rules.equal);
  if (std::abs(direction) >= rules.trend) return direction > 0.0 ? Regime::adapting : Regime::accelerating;
  return late.size() >= 4 && alternates(late, rules) ? Regime::tonic : Regime::irregular;
}

}  // namespace

std::string_view to_string(Regime regime) {
  return names[static_cast<std::size_t>(regime)];
}

Regime classify_on_protocol(std::span<const double> spike_times, double duration, const RegimeRules& rules) {
  if (spike_times.empty()) return Regime::rest;
  const std::vector<double> isi = interspike_intervals(spike_times);
  const double silence = duration - spike_times.back();
  const double longest = isi.empty() ? spike_times.front() : std::max(spike_times.front(), std::ranges::max(isi));
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
  if (intervals.empty()) return Regime::few;
  // A slow drift towards one interval is tonic, although the state after the reset still moves.
  if (all_equal(intervals.last((intervals.size() + 1) / 2), rules.equal)) return Regime::tonic;
  const auto period = static_cast<std::size_t>(settled_period(w_after));
  if (period == 0) return Regime::irregular;
  const auto groups = intervals.last(std::min(intervals.size(), 3 * period));
  if (repeats_bursts(groups, rules.burst_ratio)) return Regime::bursting;
  const auto [shortest, longest] = std::ranges::minmax(groups);
  return longest <= rules.burst_ratio * shortest ? Regime::tonic : Regime::irregular;
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
