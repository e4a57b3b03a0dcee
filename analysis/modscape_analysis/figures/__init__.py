# SPDX-License-Identifier: Apache-2.0
"""One figure per module. Each has NAME, TITLE and draw(results) -> Drawing."""
from . import current_axis, fi_curves, identifiability, landscape, pca, phase_planes, verdict

STUDY = (fi_curves, identifiability, pca, phase_planes, current_axis, verdict)
SWEEP = (landscape,)
FIGURES_OF = {"study": [module.NAME for module in STUDY], "sweep": [module.NAME for module in SWEEP]}  # by kind of results
FIGURES = {module.NAME: module for module in STUDY + SWEEP}
