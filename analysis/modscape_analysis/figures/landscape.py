# SPDX-License-Identifier: Apache-2.0
"""Regimes and spike counts over the two axes of a sweep."""
import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.spatial import cKDTree

from .. import style
from ..output import Drawing, Table

NAME = "landscape"
TITLE = "Landscape: regimes and spike counts"
RASTER = 500  # cells along each axis
REGIMES = (("regime", "on the current step"), ("regime_asymptotic", "settled (asymptotic)"))


def draw(sweep):
    panels = [(name, text) for name, text in REGIMES if name in sweep.columns]
    figure = style.new_figure(sweep, 5.6)
    axes = figure.subplots(1, len(panels) + 1, sharex=True, sharey=True)
    table = Table()
    x, y = sweep.axes
    edges, nearest = _raster(sweep)
    for panel, (name, text) in zip(axes, panels):
        _regime_map(panel, sweep, edges, sweep.columns[name][nearest])
        panel.set_title(f"regime, {text}")
        _add(table, sweep, name, [sweep.regimes[code] for code in sweep.columns[name]], "regime")
    counts = axes[-1].pcolormesh(*edges, sweep.columns["counts"][nearest], cmap="viridis", rasterized=True)
    figure.colorbar(counts, ax=axes[-1], label="spikes during the step")
    axes[-1].set_title("spike count")
    _add(table, sweep, "counts", sweep.columns["counts"], "1")
    for letter, panel in zip("ABC", axes):
        style.letter(panel, letter)
        panel.set_xlabel(_label(x))
        panel.set_xscale("log" if x.log else "linear")
        panel.set_yscale("log" if y.log else "linear")
        if sweep.round.max() > 0:
            later = sweep.round > 0
            panel.plot(sweep.columns[x.name][later], sweep.columns[y.name][later], ".", ms=1.6, color=style.INK, alpha=0.5, mew=0)
    axes[0].set_ylabel(_label(y))
    _legend(figure, sweep, [name for name, _ in panels])
    return Drawing(NAME, TITLE, figure, table, _caption(sweep))


def _label(axis):
    names = " = ".join(style.symbol(name) for name in (axis.name, *axis.together))
    text = axis.text.split(";")[0]  # what follows is for the job file
    return f"{text[0].lower() + text[1:]}, {names} ({axis.units.replace('uM', 'µM')})"


def _raster(sweep):
    """Edges of the cells, and for each cell the row nearest to its middle (both axes scaled to their extent)."""
    units, edges, middles = [], [], []
    for axis in sweep.axes:
        values = sweep.columns[axis.name]
        position = np.log(values) if axis.log else values
        low, high = np.nanmin(position), np.nanmax(position)
        units.append((position - low) / (high - low))
        edge = np.linspace(low, high, RASTER + 1)
        edges.append(np.exp(edge) if axis.log else edge)
        middles.append((np.arange(RASTER) + 0.5) / RASTER)
    points = np.column_stack(units)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    grid = np.stack(np.meshgrid(*middles), axis=-1)
    return edges, known[cKDTree(points[known]).query(grid)[1]]


def _regime_map(panel, sweep, edges, codes):
    known = sorted(sweep.regimes)
    colours = ListedColormap([style.REGIME_COLOURS[sweep.regimes[code]] for code in known])
    panel.pcolormesh(*edges, codes, cmap=colours, norm=BoundaryNorm(np.array([*known, known[-1] + 1]) - 0.5, len(known)), rasterized=True)


def _add(table, sweep, panel, values, unit):
    x, y = sweep.axes
    for r in np.unique(sweep.round):
        rows = sweep.round == r
        group = f"round {r}"
        table.add(panel, group, y.name, sweep.columns[x.name][rows], x.units, sweep.columns[y.name][rows], y.units)
        table.add(panel, group, panel, sweep.columns[x.name][rows], x.units, np.asarray(values)[rows], unit)


def _legend(figure, sweep, columns):
    shown = sorted({code for name in columns for code in np.unique(sweep.columns[name])})
    handles = [Patch(color=style.REGIME_COLOURS[sweep.regimes[code]], label=sweep.regimes[code].replace("_", " ")) for code in shown]
    if sweep.round.max() > 0:
        handles.append(Line2D([], [], marker=".", ls="", color=style.INK, label="point of a later round"))
    style.legend_above(figure, handles, min(len(handles), 7))


def _caption(sweep):
    rounds = "" if sweep.round.max() == 0 else " Dots are the points of later rounds; the design itself has no dots."
    failed = f" {sweep.failed} failed points are left out." if sweep.failed else ""
    zipped = "".join(f" {axis.name} varies together with {', '.join(axis.together)}." for axis in sweep.axes if axis.together)
    return (f"Every place has the colour of the nearest of {len(sweep.round)} points, with both axes scaled to their extent; nothing is "
            f"interpolated.{rounds}{failed}{zipped} Rules of the regimes: docs/regimes.md.")
