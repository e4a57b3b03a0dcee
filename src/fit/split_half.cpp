// SPDX-License-Identifier: Apache-2.0
#include "fit/split_half.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"

namespace modscape::fit {
namespace {

// One smooth deviate per current: cumulative first-order process with the likelihood's correlation exp(-|dI|/length).
std::vector<double> correlated_noise(const std::vector<double>& currents, double length, const CounterRng& rng) {
  std::vector<double> noise(currents.size());
  for (std::size_t k = 0; k < currents.size(); ++k) {
    const double decay = k == 0 ? 0.0 : std::exp(-(currents[k] - currents[k - 1]) / length);
    noise[k] = decay * (k == 0 ? 0.0 : noise[k - 1]) + std::sqrt(1.0 - decay * decay) * rng.normal(k);
  }
  return noise;
}

config::FiCurve half_of_cells(const config::FiCurve& curve, const std::vector<std::size_t>& chosen) {
  config::FiCurve half;
  half.condition = curve.condition;
  half.currents = curve.currents;
  half.cells = static_cast<int>(chosen.size());
  std::vector<const std::vector<double>*> counts;
  for (const auto& [cell, values] : curve.by_cell) counts.push_back(&values);
  for (std::size_t k = 0; k < curve.currents.size(); ++k) {
    double sum = 0.0, squares = 0.0;
    for (const std::size_t i : chosen) sum += (*counts[i])[k];
    const double n = static_cast<double>(chosen.size()), mean = sum / n;
    for (const std::size_t i : chosen) squares += std::pow((*counts[i])[k] - mean, 2);
    half.mean.push_back(mean);
    half.sem.push_back(chosen.size() > 1 ? std::sqrt(squares / (n - 1.0) / n) : 0.0);
  }
  return half;
}

// `factor` times the SEM is the standard deviation of the half's mean around the published one.
config::FiCurve synthetic_half(const config::FiCurve& curve, const std::vector<double>& noise, double factor,
                               int cells) {
  config::FiCurve half = curve;
  half.by_cell.clear();
  half.cells = cells;
  for (std::size_t k = 0; k < curve.currents.size(); ++k) {
    half.mean[k] = std::max(0.0, curve.mean[k] + factor * noise[k] * curve.sem[k]);
    half.sem[k] = curve.sem[k] * std::sqrt(static_cast<double>(curve.cells) / cells);
  }
  return half;
}

std::vector<std::size_t> complement(const std::vector<std::size_t>& chosen, std::size_t n) {
  std::vector<std::size_t> all(n), rest;
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::ranges::set_difference(all, chosen, std::back_inserter(rest));
  return rest;
}

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::size_t>& indices) {
  std::vector<double> picked;
  for (const std::size_t i : indices) picked.push_back(values[i]);
  return picked;
}

}  // namespace

std::vector<std::size_t> random_half(std::size_t n, std::uint64_t seed, std::uint64_t repeat) {
  const CounterRng rng(seed, Purpose::split_half, repeat);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rng.bits(i); });
  order.resize(n / 2);
  std::ranges::sort(order);
  return order;
}

std::pair<FiTarget, FiTarget> split_target(const config::FiCurve& curve, const std::vector<double>& rheobases,
                                           std::span<const double> held_out, double correlation_length,
                                           std::uint64_t seed, std::uint64_t repeat) {
  const auto n = static_cast<std::size_t>(curve.cells);
  const std::vector<std::size_t> first = random_half(n, seed, 2 * repeat);
  config::FiCurve a, b;
  if (!curve.by_cell.empty()) {
    a = half_of_cells(curve, first);
    b = half_of_cells(curve, complement(first, n));
  } else {
    const std::vector<double> noise =
        correlated_noise(curve.currents, correlation_length, CounterRng(seed, Purpose::null_data, repeat));
    const double ratio = std::sqrt(static_cast<double>(n - n / 2) / static_cast<double>(n / 2));
    a = synthetic_half(curve, noise, ratio, static_cast<int>(n / 2));
    b = synthetic_half(curve, noise, -1.0 / ratio, static_cast<int>(n - n / 2));
  }
  const bool same_cells = !curve.by_cell.empty() && rheobases.size() == n;
  const std::vector<std::size_t> half = same_cells ? first : random_half(rheobases.size(), seed, 2 * repeat + 1);
  return {make_target(a, pick(rheobases, half), held_out, correlation_length),
          make_target(b, pick(rheobases, complement(half, rheobases.size())), held_out, correlation_length)};
}

}  // namespace modscape::fit
