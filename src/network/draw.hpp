// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/rng.hpp"
#include "models/network_model.hpp"

namespace modscape::network {

/// One value of `distribution`. Normal draws outside its bounds (NaN: none) are drawn again; the mean lies between
/// them.
double draw(const models::Distribution& distribution, RandomWords& words);

}  // namespace modscape::network
