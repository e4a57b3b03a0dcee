# SPDX-License-Identifier: Apache-2.0
"""Where on the current axis rest ends and firing begins, and which regimes the accepted models show along it."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table
from ..results import regime_names

NAME = "current_axis"
TITLE = "The current axis: bifurcations, rheobase and regimes"
POINTS = ["I_SN", "I_H", "rheobase"]
PANELS = (("regime_on_protocol", "data_current", "on the current step"), ("regime_asymptotic", "regime_current", "settled (asymptotic)"))


def draw(study):
    figure = style.new_figure(study, 8.2)
    table = Table()
    axes = figure.subplots(3, len(study.conditions), sharex=True, sharey="row", squeeze=False, height_ratios=[1.5, 1, 1])
    shares = {(name, kind): _shares(study.models[name], kind) for name in study.conditions for kind, _, _ in PANELS}
    shown = np.any([share.any(axis=1) for share in shares.values()], axis=0)
    for column, (name, condition) in enumerate(study.conditions.items()):
        _points(axes[0, column], study, name, table)
        axes[0, column].set_title(condition.label)
        for row, (kind, axis, _) in enumerate(PANELS, 1):
            _stack(axes[row, column], study.models[name], shares[name, kind], axis, (name, kind), table)
        axes[2, column].set_xlabel(r"injected current $I$ (pA)")
    for row, (_, _, text) in enumerate(PANELS, 1):
        axes[row, 0].set_ylabel(f"share of models\n{text}")
    for text, row in zip("ABC", axes, strict=True):
        style.letter(row[0], text)
    _legend(figure, study, shown)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _points(axes, study, name, table):
    models, colour = study.models[name], style.colours(study)[name]
    for place, point in enumerate(POINTS):
        values = models[point][np.isfinite(models[point])]
        share = values.size / models[point].size
        if values.size:
            _violin(axes, values, place, share, colour)
        if share < 1:
            axes.text(1.0, place, f"{share:.1%} of models", transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=8)
        table.add("A", name, point, np.arange(models[point].size), "model", models[point], "pA")
    _ticks(axes, study.fits[name], name, table)
    axes.set_yticks([*range(len(POINTS)), -1.0], [*(style.symbol(p) for p in POINTS), "cells"])
    axes.set_ylim(2.55, -1.45)


def _violin(axes, values, place, share, colour):
    """Width follows the share of models that have the point at all."""
    if np.unique(values).size > 1:
        body = axes.violinplot(values, [place], vert=False, widths=0.3 + 0.4 * share, showextrema=False, points=200)["bodies"][0]
        body.set(facecolor=colour, alpha=0.45, edgecolor=colour)
    low, middle, high = np.percentile(values, [2.5, 50, 97.5])
    axes.plot([low, high], [place, place], color=style.INK, lw=1)
    axes.plot(middle, place, "|", ms=13, mew=2, color=style.INK)


def _ticks(axes, fit, name, table):
    axes.vlines(fit["data_current"], -1.45, -1.33, color="#777777", lw=1)
    table.add("A", name, "data_current", np.arange(len(fit["data_current"])), "index", fit["data_current"], "pA")
    if "rheobases" not in fit:
        return
    cells = np.asarray(fit["rheobases"])
    table.add("A", name, "cell_rheobase", np.arange(len(cells)), "cell", cells, "pA")
    for value in np.unique(cells):
        stack = np.arange(np.sum(cells == value))
        axes.plot(np.full(stack.size, value), -0.72 - 0.11 * stack, "o", ms=3.4, color=style.INK, lw=0)


def _shares(models, kind):
    """Share of each regime (rows) at each current (columns)."""
    return np.array([(models[kind] == code).mean(axis=0) for code in range(len(regime_names(models)))])


def _stack(axes, models, shares, axis, labels, table):
    names, current = regime_names(models), models[axis]
    shown = shares.any(axis=1)
    axes.stackplot(current, shares[shown], colors=[style.REGIME_COLOURS[n] for n, s in zip(names, shown, strict=True) if s], lw=0)
    axes.set_ylim(0, 1)
    for name, share in zip(names, shares, strict=True):
        if share.any():
            table.add(labels[1], labels[0], name, current, "pA", share, "share of models")


def _legend(figure, study, shown):
    names = regime_names(next(iter(study.models.values())))
    handles = [Patch(color=style.REGIME_COLOURS[name], label=name.replace("_", " ")) for name, s in zip(names, shown, strict=True) if s]
    handles += [
        Line2D([], [], marker="o", ls="", ms=3.4, color=style.INK, label="rheobase of a cell"),
        Line2D([], [], marker="|", ls="", ms=9, mew=1, color="#777777", label="current of the data"),
        Line2D([], [], marker="|", ls="-", ms=11, mew=2, lw=1, color=style.INK, label="median and 95 %"),
    ]
    style.legend_above(figure, handles, -(-len(handles) // 2))


def _caption(study):
    return (
        "(A) Posterior of the currents at which rest ends for a slow ramp (I_SN saddle-node, I_H Hopf; closed forms) and of the rheobase "
        "for the step, one violin per quantity; a model has I_H only if its rest loses stability by a Hopf bifurcation. Dots are measured "
        f"rheobases of single cells ({study.citation}), grey ticks the currents of the data. (B) Share of the accepted models in each "
        "regime during the step of the recordings, and (C) after it has settled under a current that never ends. Bifurcations and settled "
        "regimes are inferred through the model; they were not observed in the cells."
    )
