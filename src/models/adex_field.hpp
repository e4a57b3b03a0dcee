// SPDX-License-Identifier: Apache-2.0
// The AdEx neuron between its spikes as a smooth vector field: states V and w; parameters the input current "I" (pA)
// and the rows of adex_table(), in that order. Spikes and resets are not part of it, so b, V_r, V_peak and t_ref do
// nothing here.
#pragma once
#include "core/vector_field.hpp"
#include "models/adex.hpp"

namespace modscape::models {

/// Its scales make the variables those of Touboul & Brette 2008 (Biol Cybern 99:319): V in Delta_T, currents in
/// g_L Delta_T.
const VectorField& adex_field();

/// Parameter values of adex_field().
std::vector<double> adex_field_values(double current, const AdexParameters& parameters);

}  // namespace modscape::models
