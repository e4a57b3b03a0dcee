# SPDX-License-Identifier: Apache-2.0
"""Phase plane of one typical model per condition, with nullclines, the threshold and the orbit under a current step."""
import numpy as np
from matplotlib.lines import Line2D

from .. import adex, style
from ..output import Drawing, Table

NAME = "phase_planes"
TITLE = "Phase planes of a typical model of each condition"
TOP = 12.0  # mV above V_T where the display ends
ENOUGH = 5  # spikes


def draw(study):
    figure = style.new_figure(study, 5.0)
    table = Table()
    axes = figure.subplots(1, len(study.conditions), sharex=True, sharey=True, squeeze=False)[0]
    chosen = {name: typical(study.models[name]) for name in study.conditions}
    current = _current(study, chosen)
    duration = float(study.job["data"]["step_duration"].split()[0])
    orbits = {name: adex.orbit(p, current, duration) for name, (_, p) in chosen.items()}
    limits = _limits(chosen, orbits, current)
    for panel, (name, condition) in zip(axes, study.conditions.items(), strict=True):
        index, p = chosen[name]
        _field(panel, p, current, limits)
        _nullclines(panel, p, current, limits, name, table)
        _threshold(panel, p, limits, name, table)
        _orbit(panel, p, orbits[name], style.colours(study)[name], name, table)
        spikes = len(orbits[name].resets)
        panel.text(0.03, 0.97, f"{spikes} spikes", va="top", transform=panel.transAxes, fontsize=8.5, zorder=7,
                   bbox={"fc": "white", "ec": "none", "pad": 1.5})
        table.add("model", name, "spikes of the orbit", current, "pA", spikes, "spikes/step")
        table.add("model", name, "spikes in the results file", current, "pA", _count(study.models[name], index, current), "spikes/step")
        panel.set(title=condition.label, xlabel=r"membrane potential $V$ (mV)", xlim=limits[0], ylim=limits[1])
    axes[0].set_ylabel(r"adaptation current $w$ (pA)")
    style.legend_above(figure, _handles(current), 4)
    return Drawing(NAME, TITLE, figure, table, _caption(study, current))


def _current(study, chosen):
    """The lowest current of the data at which each of the chosen models fires often enough to show its orbit."""
    currents = [set(study.models[name]["data_current"]) for name in chosen]
    shared = sorted(set.intersection(*currents))
    for current in shared:
        if all(_count(study.models[name], index, current) >= ENOUGH for name, (index, _) in chosen.items()):
            return current
    return shared[-1]


def _count(models, index, current):
    """Spikes of a model as stored in the results."""
    return models["counts"][index][models["data_current"] == current][0]


def typical(models):
    """Index and parameters of the model nearest to the median, in units of the SD of each parameter."""
    values = np.column_stack([models[name] for name in adex.PARAMETERS])
    spread = values.std(axis=0)
    distance = (values - np.median(values, axis=0)) / np.where(spread > 0, spread, 1)
    index = int(np.argmin((distance**2).sum(axis=1)))
    return index, dict(zip(adex.PARAMETERS, values[index], strict=True))


def _limits(chosen, orbits, current):
    p = [parameters for _, parameters in chosen.values()]
    w = np.concatenate([piece[:, 2] for orbit in orbits.values() for piece in orbit.pieces])
    lowest = min(adex.v_nullcline(q, q["V_T"], 0.0) for q in p)
    highest = max(w.max(), *(adex.v_nullcline(q, q["V_T"], current) for q in p))
    margin = 0.1 * (highest - lowest)
    left = min(min(q["E_L"], q["V_r"]) for q in p) - 5
    return (left, max(q["V_T"] for q in p) + TOP), (min(w.min(), lowest) - margin, highest + margin)


def _field(axes, p, current, limits):
    V, w = np.meshgrid(np.linspace(*limits[0], 17)[1:-1], np.linspace(*limits[1], 15)[1:-1])
    dV, dw = adex.rhs(p, V, w, current)
    dV, dw = dV / np.ptp(limits[0]), dw / np.ptp(limits[1])
    norm = np.hypot(dV, dw)
    axes.quiver(V, w, dV / norm, dw / norm, color="#C8C8C8", angles="uv", pivot="mid", scale=26, width=0.004, zorder=0)


def _nullclines(axes, p, current, limits, name, table):
    V = np.linspace(*limits[0], 400)
    for value, line in ((0.0, "--"), (current, "-")):
        w = adex.v_nullcline(p, V, value)
        axes.plot(V, w, ls=line, color=style.INK, lw=1.3)
        table.add("plane", name, f"V-nullcline, I = {value:g} pA", V, "V in mV", w, "w in pA")
    axes.plot(V, adex.w_nullcline(p, V), color="#AA4499", lw=3.2, alpha=0.6)
    table.add("plane", name, "w-nullcline", V, "V in mV", adex.w_nullcline(p, V), "w in pA")


def _threshold(axes, p, limits, name, table):
    """The stable manifold of the saddle without input."""
    for number, branch in enumerate(adex.stable_manifold(p, 0.0, *limits)):
        axes.plot(*branch.T, color="#997700", lw=1.5, zorder=3)
        table.add("plane", name, f"stable manifold of the saddle, I = 0 pA, branch {number}", branch[:, 0], "V in mV", branch[:, 1], "w in pA")
    saddle = adex.saddle(p, 0.0)
    if saddle is not None:
        axes.plot(*saddle, "D", ms=5.5, color="white", mec="#997700", mew=1.4, zorder=6)


def _orbit(axes, p, orbit, colour, name, table):
    for number, piece in enumerate(orbit.pieces):
        axes.plot(piece[:, 1], piece[:, 2], color=colour, lw=1.1, alpha=0.85, zorder=4)
        table.add("plane", name, f"orbit, piece {number}", piece[:, 1], "V in mV", piece[:, 2], "w in pA")
    axes.plot(*orbit.resets.T, "s", ms=4.5, mfc="white", color=colour, zorder=5)
    axes.plot(p["E_L"], 0, "o", ms=6, color=style.INK, zorder=6)
    table.add("plane", name, "reset", orbit.resets[:, 0], "V in mV", orbit.resets[:, 1], "w in pA")
    table.add("model", name, "parameter (mV, ms, pA, nS, pF)", list(p), "parameter", list(p.values()), "of the parameter")


def _handles(current):
    return [
        Line2D([], [], color=style.INK, ls="--", lw=1.3, label=r"$V$-nullcline, $I$ = 0"),
        Line2D([], [], color=style.INK, lw=1.3, label=rf"$V$-nullcline, $I$ = {current:g} pA"),
        Line2D([], [], color="#AA4499", lw=3.2, alpha=0.6, label=r"$w$-nullcline"),
        Line2D([], [], color="#997700", lw=1.5, marker="D", ms=5.5, mfc="white", label=r"threshold, $I$ = 0: saddle, stable manifold"),
        Line2D([], [], color="#555555", lw=1.1, label="orbit"),
        Line2D([], [], marker="o", color=style.INK, ls="", ms=6, label="rest, where it starts"),
        Line2D([], [], marker="s", mfc="white", color="#555555", ls="", ms=4.5, label="after a reset"),
    ]


def _caption(study, current):
    return (
        "For each condition the accepted model nearest to the posterior median, started at rest (black dot) under a step of "
        f"{current:g} pA and {study.job['data']['step_duration']}. The step lifts the V-nullcline from the dashed to the solid curve; "
        "the brown line is the threshold without input: from its left the neuron returns to rest, from its right it fires. Grey arrows "
        "show the direction of motion during the step. The upstroke runs to V_peak beyond the right edge and returns at the squares, raised by b; from there the line falls while V is held at V_r. "
        f"One model is an example, not the posterior; neither V nor w was recorded, both follow from spike counts ({study.citation}) "
        "and the assumed voltage scale."
    )
