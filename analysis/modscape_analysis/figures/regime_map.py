# SPDX-License-Identifier: Apache-2.0
"""What a neuron settles to over two numbers, by simulation, and the curves between the regimes, by continuation."""
import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table
from .bifurcation import POINTS

NAME = "regime_map"
TITLE = "Regimes and the curves between them"
CORNERS = {"CP": "cusp", "BT": "Bogdanov-Takens", "GH": "generalised Hopf"}
UNDECIDED, AGREES = "undecided", ("agrees", "undecided")


def draw(results):
    figure = style.new_figure(results, 5.4)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    table = Table()
    edges = [_edges(axis.values) for axis in (results.across, results.along)]
    _regimes(panels[0], results, edges, table)
    rate = np.ma.masked_invalid(np.where(results.rate > 0, results.rate, np.nan))
    image = panels[1].pcolormesh(*edges, rate.T, cmap="viridis", rasterized=True)
    figure.colorbar(image, ax=panels[1], label="settled firing rate (Hz)")
    _cells(table, results, "rate", results.rate, "Hz")
    panels[1].set_title("rate of the settled firing; white: none")
    for panel, letter in zip(panels, "AB"):
        _boundaries(panel, results)
        style.letter(panel, letter)
        panel.set_xlabel(_label(results.across))
        panel.set_xlim(edges[0][0], edges[0][-1])
        panel.set_ylim(edges[1][0], edges[1][-1])
    panels[0].set_ylabel(_label(results.along))
    _boundary_table(table, results)
    _legend(figure, results)
    return Drawing(NAME, TITLE, figure, table, _caption(results))


def _label(axis):
    text = "Constant current" if axis.name == "amplitude" else axis.text.split(";")[0]  # what follows is for the job file
    return f"{text[0].lower() + text[1:]}, {style.symbol(axis.name)} ({axis.units.replace('uM', 'µM')})"


def _edges(values):
    """A cell reaches half way to its neighbours."""
    middle = 0.5 * (values[1:] + values[:-1])
    return np.concatenate([[values[0] - (middle[0] - values[0])], middle, [values[-1] + (values[-1] - middle[-1])]])


def _regimes(panel, results, edges, table):
    known = sorted(results.regimes)
    colours = ListedColormap(["#FFFFFF", *(style.REGIME_COLOURS[results.regimes[code]] for code in known)])
    limits = np.array([-1, *known, known[-1] + 1]) - 0.5
    panel.pcolormesh(*edges, results.regime.T, cmap=colours, norm=BoundaryNorm(limits, len(known) + 1), rasterized=True)
    panel.set_title("what the simulation settles to")
    names = {-1: UNDECIDED} | results.regimes
    _cells(table, results, "regime", np.vectorize(names.get)(results.regime), "regime")
    _cells(table, results, "agreement", results.agreement, "agreement")
    column, cell = np.nonzero(~np.isin(results.agreement, AGREES))
    panel.plot(results.across.values[column], results.along.values[cell], "x", color="#D55E00", ms=5, mew=1.4, zorder=6)


def _boundaries(panel, results):
    for kind, across, along in results.pieces:
        panel.plot(across, along, "-" if kind == "fold" else "--", color=POINTS[kind][1], lw=1.6, zorder=4)
    for kind in POINTS:
        if kind in ("fold", "hopf"):
            continue  # drawn as curves
        points = np.array([(x, y) for name, x, y in results.special if name == kind]).reshape(-1, 2)
        panel.plot(*points.T, POINTS[kind][0], color=POINTS[kind][1], ms=7 if POINTS[kind][0] == "*" else 3.5, mew=0, zorder=5)
    for kind, x, y in results.corners:
        panel.plot(x, y, "o", color="white", mec=style.INK, mew=1.3, ms=7, zorder=7)
        panel.annotate(kind, (x, y), (6, -11), textcoords="offset points", fontweight="bold", zorder=7)


def _cells(table, results, panel, values, unit):
    for x, column in zip(results.across.values, values):
        group = f"{results.across.name} = {x:g} {results.across.units}"
        table.add(panel, group, panel, results.along.values, results.along.units, column, unit)


def _boundary_table(table, results):
    for kind, across, along in results.pieces:
        table.add("curves", kind, kind, across, results.across.units, along, results.along.units)
    for kind, x, y in results.special:
        table.add("special points", kind, kind, x, results.across.units, y, results.along.units)
    for kind, x, y in results.corners:
        table.add("corners", kind, kind, x, results.across.units, y, results.along.units)


def _legend(figure, results):
    shown = [code for code in sorted(results.regimes) if np.any(results.regime == code)]
    handles = [Patch(color=style.REGIME_COLOURS[results.regimes[code]], label=results.regimes[code].replace("_", " ")) for code in shown]
    if np.any(results.regime < 0):
        handles.append(Patch(facecolor="white", edgecolor=style.INK, lw=0.6, label=UNDECIDED))
    for kind, (marker, colour, text) in POINTS.items():
        if kind in ("fold", "hopf"):
            if any(name == kind for name, _, _ in results.pieces):
                handles.append(Line2D([], [], color=colour, ls="-" if kind == "fold" else "--", label=text))
        elif any(name == kind for name, _, _ in results.special):
            handles.append(Line2D([], [], marker=marker, ls="", color=colour, mew=0, label=text))
    handles += [Line2D([], [], marker="o", ls="", color="white", mec=style.INK, label=f"{kind}: {CORNERS[kind]}")
                for kind in dict.fromkeys(kind for kind, _, _ in results.corners)]
    if not np.isin(results.agreement, AGREES).all():
        handles.append(Line2D([], [], marker="x", ls="", color="#D55E00", mew=1.4, label="simulation and continuation differ"))
    style.legend_above(figure, handles, 5)


def _caption(results):
    count = results.agreement.size
    undecided = int((results.agreement == UNDECIDED).sum())
    differ = count - undecided - int((results.agreement == "agrees").sum())
    failed = f" {results.failed} failed strips are left out." if results.failed else ""
    return (f"Colours: what the neuron settles to at the middle of each of {count} cells, by simulation. Lines and small signs: where "
            "continuation finds that it changes; it shares nothing with the simulation but the equations. They agree at "
            f"{count - undecided - differ} cells and differ at {differ}; {undecided} are undecided, because the neuron settles too slowly, irregularly, "
            f"or to more spikes per period than were followed.{failed}")
