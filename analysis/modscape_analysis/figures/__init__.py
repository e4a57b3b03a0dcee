# SPDX-License-Identifier: Apache-2.0
"""One figure per module. Each has NAME, TITLE and draw(study) -> Drawing."""
from . import current_axis, fi_curves, identifiability, pca, phase_planes, verdict

FIGURES = {module.NAME: module for module in (fi_curves, identifiability, pca, phase_planes, current_axis, verdict)}
