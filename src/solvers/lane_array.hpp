// SPDX-License-Identifier: Apache-2.0
// One number per lane of the SIMD kernels, as their scalar sides see them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace modscape::solvers::ensemble {

constexpr std::size_t most_lanes = 32;
using LaneArray = std::array<double, most_lanes>;
using FloatLaneArray = std::array<float, most_lanes>;
using IntLaneArray = std::array<std::int32_t, most_lanes>;

}  // namespace modscape::solvers::ensemble
