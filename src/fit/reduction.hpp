// SPDX-License-Identifier: Apache-2.0
// Dimensionality reduction: principal components of gauge-free parameters, and how well conditions separate in them
// beside their null.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/adex.hpp"

namespace modscape::fit {

/// What spike times can depend on: ln tau_m, ln tau_w, a/g_L, b/(g_L Delta_T), (V_r - V_T)/Delta_T, ln(g_L Delta_T).
/// All dimensionless but for the logarithms of ms and pA.
std::vector<std::string> gauge_free_names();
std::vector<double> gauge_free(const models::AdexParameters& parameters);

/// Principal components of standardised columns (LAPACK, sign fixed by the largest loading). `data` is rows x columns,
/// row-major.
struct Pca {
  std::vector<double> centre, scale;  ///< per column
  std::vector<double> variance;       ///< explained share per component, falling
  std::vector<double> loadings;       ///< components x columns
  std::vector<double> scores;         ///< rows x components
};
Pca principal_components(std::span<const double> data, std::size_t columns);

/// Mean silhouette (Rousseeuw 1987) of two labelled groups of points (rows x dimensions).
double silhouette(std::span<const double> points, std::size_t dimensions, std::span<const int> labels);

/// Silhouettes of random halves of one group: what two samples of the same thing give.
std::vector<double> silhouette_null(std::span<const double> points, std::size_t dimensions, int repeats,
                                    std::uint64_t seed);

}  // namespace modscape::fit
