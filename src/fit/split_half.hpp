// SPDX-License-Identifier: Apache-2.0
// Random halves of one condition: the null of every comparison between two conditions. A table with one row per cell is
// split by cell. From a mean and SEM the half-means of n1 and n2 cells are mean + e sqrt(n2/n1) and mean - e
// sqrt(n1/n2), e ~ Normal(0, covariance of the mean): exactly the law of split halves of normally distributed cells,
// since the half-means must average to the published one.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "config/fi_table.hpp"
#include "fit/likelihood.hpp"

namespace modscape::fit {

/// floor(n/2) of the indices 0..n-1, increasing: a pure function of (seed, repeat).
std::vector<std::size_t> random_half(std::size_t n, std::uint64_t seed, std::uint64_t repeat);

/// Two targets, each made from one random half of the cells.
std::pair<FiTarget, FiTarget> split_target(const config::FiCurve& curve, const std::vector<double>& rheobases,
                                           std::span<const double> held_out, double correlation_length,
                                           std::uint64_t seed, std::uint64_t repeat);

}  // namespace modscape::fit
