// SPDX-License-Identifier: Apache-2.0
#include "fit/reduction.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "fit/linear_algebra.hpp"
#include "fit/split_half.hpp"

namespace modscape::fit {

std::vector<std::string> gauge_free_names() {
  return {"ln_tau_m", "ln_tau_w", "a_over_g_L", "b_over_g_L_Delta_T", "V_r_minus_V_T_over_Delta_T", "ln_g_L_Delta_T"};
}

std::vector<double> gauge_free(const models::AdexParameters& p) {
  return {std::log(p.C_m / p.g_L),   std::log(p.tau_w),           p.a / p.g_L,
          p.b / (p.g_L * p.Delta_T), (p.V_r - p.V_T) / p.Delta_T, std::log(p.g_L * p.Delta_T)};
}

Pca principal_components(std::span<const double> data, std::size_t columns) {
  const std::size_t rows = data.size() / columns;
  Pca pca;
  pca.centre.assign(columns, 0.0);
  pca.scale.assign(columns, 0.0);
  for (std::size_t i = 0; i < data.size(); ++i) pca.centre[i % columns] += data[i] / static_cast<double>(rows);
  for (std::size_t i = 0; i < data.size(); ++i)
    pca.scale[i % columns] += std::pow(data[i] - pca.centre[i % columns], 2);
  for (std::size_t c = 0; c < columns; ++c) {
    // A column that is the same in every row has no spread but for the round-off of its centre.
    const double spread = std::sqrt(pca.scale[c] / static_cast<double>(rows - 1));
    const bool constant = spread <= 1e-12 * std::abs(pca.centre[c]);
    pca.scale[c] = constant ? 1.0 : spread;
    if (constant) pca.centre[c] = data[c];
  }

  std::vector<double> standard(data.size()), correlation(columns * columns, 0.0);
  for (std::size_t i = 0; i < data.size(); ++i)
    standard[i] = (data[i] - pca.centre[i % columns]) / pca.scale[i % columns];
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < columns; ++i)
      for (std::size_t k = 0; k < columns; ++k)
        correlation[i * columns + k] +=
            standard[r * columns + i] * standard[r * columns + k] / static_cast<double>(rows - 1);
  Eigen eigen = symmetric_eigen(std::move(correlation), columns);
  const double total = std::accumulate(eigen.values.begin(), eigen.values.end(), 0.0);
  for (const double value : eigen.values) pca.variance.push_back(value / total);
  pca.loadings = std::move(eigen.vectors);
  pca.scores.assign(data.size(), 0.0);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      for (std::size_t k = 0; k < columns; ++k)
        pca.scores[r * columns + c] += pca.loadings[c * columns + k] * standard[r * columns + k];
  return pca;
}

double silhouette(std::span<const double> points, std::size_t dimensions, std::span<const int> labels) {
  const std::size_t n = labels.size();
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum[2] = {0.0, 0.0};
    double count[2] = {0.0, 0.0};
    for (std::size_t k = 0; k < n; ++k) {
      if (k == i) continue;
      double squared = 0.0;
      for (std::size_t d = 0; d < dimensions; ++d)
        squared += std::pow(points[i * dimensions + d] - points[k * dimensions + d], 2);
      const int same = labels[k] == labels[i] ? 0 : 1;
      sum[same] += std::sqrt(squared);
      count[same] += 1.0;
    }
    if (count[0] == 0.0 || count[1] == 0.0) continue;
    const double inside = sum[0] / count[0], outside = sum[1] / count[1];
    if (inside != outside) total += (outside - inside) / std::max(inside, outside);  // equal: 0, also where both vanish
  }
  return total / static_cast<double>(n);
}

std::vector<double> silhouette_null(std::span<const double> points, std::size_t dimensions, int repeats,
                                    std::uint64_t seed) {
  const std::size_t n = points.size() / dimensions;
  std::vector<double> values;
  for (int r = 0; r < repeats; ++r) {
    std::vector<int> labels(n, 0);
    for (const std::size_t i : random_half(n, seed, static_cast<std::uint64_t>(r))) labels[i] = 1;
    values.push_back(silhouette(points, dimensions, labels));
  }
  return values;
}

}  // namespace modscape::fit
