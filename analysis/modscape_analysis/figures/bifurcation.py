# SPDX-License-Identifier: Apache-2.0
"""Bifurcation diagrams: potential of the equilibria and firing frequency of the spiking cycles along one parameter."""
import numpy as np
from matplotlib.lines import Line2D

from .. import style
from ..output import Drawing, Table

NAME = "bifurcation"
TITLE = "Bifurcation diagrams"
MOST = 6  # diagrams drawn
# marker, colour, text of the legend
POINTS = {
    "fold": ("o", "#D55E00", "LP: fold of equilibria"),
    "hopf": ("s", "#0072B2", "HB: Hopf"),
    "branch_point": ("X", "#222222", "BP: branch point"),
    "cycle_fold": ("o", "#CC79A7", "LPC: fold of cycles"),
    "period_doubling": ("D", "#009E73", "PD: period doubling"),
    "cycle_branch_point": ("X", "#999999", "branch point of cycles"),
    "spike_adding": ("^", "#E69F00", "spike adding"),
    "homoclinic": ("*", "#882255", "HOM: homoclinic to the saddle, period infinite"),
    "saddle_node_homoclinic": ("*", "#56B4E9", "SNIC: homoclinic to the saddle-node"),
}
GIVEN_UP = {  # ends of branches that are none of the neuron
    "points": "max_points were used up", "step_size": "the shortest step did not converge", "no_start": "the start did not converge",
    "singular": "the equations were singular",
}
CYCLE_COLOURS = ["#117733", "#332288", "#AA4499", "#44AA99", "#999933", "#661100"]


def draw(results):
    shown = results.diagrams[:MOST]
    figure = style.new_figure(results, 6.4)
    panels = figure.subplots(2, len(shown), sharex=True, sharey="row", squeeze=False)
    table = Table()
    for column, diagram in enumerate(shown):
        _draw_one(results, diagram, panels[:, column], table)
    panels[0, 0].set_ylabel("equilibrium $V$ (mV)")
    panels[1, 0].set_ylabel("firing frequency (Hz)")
    for panel, letter in zip(panels[0], "ABCDEF"):
        style.letter(panel, letter)
    figure.supxlabel(f"{style.symbol(results.axis.name)} ({results.axis.units})", fontsize=9.5)
    _legend(figure, shown)
    return Drawing(NAME, TITLE, figure, table, _caption(results))


def _draw_one(results, diagram, panels, table):
    group = ", ".join(f"{style.symbol(name)} = {value:g} {results.units[name]}" for name, value in diagram.point.items())
    panels[0].set_title(group)
    for number, branch in enumerate(diagram.branches):
        upper = branch.kind == "equilibria"
        y, unit = (branch.columns["V"], "mV") if upper else (_frequency(branch), "Hz")
        colour = style.INK if upper else _colour(branch.spikes)
        _line(panels[0 if upper else 1], branch.columns["value"], y, branch.columns["stable"] == 1, colour)
        series = f"branch {number}, {branch.kind}" + ("" if upper else f" of {branch.spikes} spike(s)")
        table.add("equilibria" if upper else "cycles", group, series, branch.columns["value"], results.axis.units, y, unit)
        table.add("stability", group, series, branch.columns["value"], results.axis.units, branch.columns["stable"], "1")
        _given_up(panels[0 if upper else 1], branch, y)
    for point in sorted(diagram.special, key=lambda point: point["kind"] == "hopf"):  # often close to a fold: on top of it
        upper = np.isfinite(point["V"])
        spikes = diagram.branches[point["branch"]].spikes
        y = point["V"] if upper else 0.0 if np.isinf(point["period"]) else 1000.0 * spikes / point["period"]
        marker, colour, _ = POINTS[point["kind"]]
        panels[0 if upper else 1].plot(point["value"], y, marker, color=colour, ms=9 if marker == "*" else 6, mec="white", mew=0.7, clip_on=False, zorder=5)
        table.add("special points", group, point["kind"], point["value"], results.axis.units, y, "mV" if upper else "Hz")


def _given_up(panel, branch, y):
    """Where the branch was not followed further although it goes on."""
    for end, index in zip(branch.ends, (0, -1), strict=True):
        if end in GIVEN_UP:
            panel.plot(branch.columns["value"][index], y[index], "x", color=style.INK, ms=6, mew=1.3, zorder=6)


def _frequency(branch):
    return 1000.0 * branch.spikes / branch.columns["period"]


def _colour(spikes):
    return CYCLE_COLOURS[(spikes - 1) % len(CYCLE_COLOURS)]


def _line(panel, x, y, stable, colour):
    """Stable parts solid, unstable ones dashed; a part reaches to the first point of the next."""
    edges = [0, *(np.flatnonzero(np.diff(stable)) + 1), len(x)]
    for first, last in zip(edges, edges[1:]):
        part = slice(first, last + 1)
        panel.plot(x[part], y[part], "-" if stable[first] else "--", color=colour, lw=1.6 if stable[first] else 1.1)


def _legend(figure, diagrams):
    handles = [Line2D([], [], color=style.INK, label="stable"), Line2D([], [], color=style.INK, ls="--", lw=1.1, label="unstable")]
    spikes = sorted({branch.spikes for diagram in diagrams for branch in diagram.branches if branch.kind == "cycles"})
    handles += [Line2D([], [], color=_colour(n), label=f"cycle of {n} spike{'s' if n > 1 else ''}") for n in spikes]
    kinds = {point["kind"] for diagram in diagrams for point in diagram.special}
    handles += [Line2D([], [], marker=marker, ls="", color=colour, label=text) for kind, (marker, colour, text) in POINTS.items() if kind in kinds]
    if _ends(diagrams):
        handles.append(Line2D([], [], marker="x", ls="", color=style.INK, mew=1.3, label="search given up"))
    style.legend_above(figure, handles, 5)


def _ends(diagrams):
    """How often branches were given up, by reason."""
    ends = [end for diagram in diagrams for branch in diagram.branches for end in branch.ends if end in GIVEN_UP]
    return {end: ends.count(end) for end in GIVEN_UP if end in ends}


def _caption(results):
    more = len(results.diagrams) - MOST
    rest = f" The first {MOST} of {len(results.diagrams)} diagrams are drawn; the others are in the file." if more > 0 else ""
    counts = [f"{count} because {GIVEN_UP[end]} ({end})" for end, count in _ends(results.diagrams).items()]
    ends = f" Crosses: the branch goes on, but was followed no further; ends of branches: {', '.join(counts)}." if counts else ""
    failed = f" {results.failed} failed points are left out." if results.failed else ""
    return ("Top: potential of the equilibria; bottom: mean firing frequency of the spiking cycles, spikes per period over the period. "
            "A quantity that follows the parameter slowly stays on a solid line until it ends or turns dashed. A homoclinic point is "
            f"where firing starts or stops with arbitrarily long intervals. Where solid lines lie above each other, the neuron is bistable.{ends}{rest}{failed}")
