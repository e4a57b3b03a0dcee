# SPDX-License-Identifier: Apache-2.0
"""One figure per module. Each has NAME, TITLE and draw(results) -> Drawing."""
from . import bifurcation, current_axis, effects, fi_curves, identifiability, landscape, network, network_course, network_points, pca, phase_planes, regime_map, verdict, verdict_by_family

STUDY = (fi_curves, identifiability, pca, phase_planes, current_axis, effects, verdict_by_family, verdict)
SWEEP = (landscape,)
CONTINUATION = (bifurcation,)
LANDSCAPE = (regime_map,)
NETWORK = (network, network_course)
NETWORK_POINTS = (network_points,)
FIGURES_OF = {kind: [module.NAME for module in modules] for kind, modules in (("study", STUDY), ("sweep", SWEEP), ("continue", CONTINUATION), ("landscape", LANDSCAPE), ("network", NETWORK), ("network points", NETWORK_POINTS))}  # by kind of results
WITHOUT_MODELS = {identifiability.NAME, effects.NAME}  # drawn of what `modscape effect` writes, and of a study that has come that far
FIGURES = {module.NAME: module for module in STUDY + SWEEP + CONTINUATION + LANDSCAPE + NETWORK + NETWORK_POINTS}
