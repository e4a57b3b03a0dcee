# SPDX-License-Identifier: Apache-2.0
"""Accepted models in the plane of the first two principal components, and their separation beside its null."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "pca"
TITLE = "Principal components of the gauge-free parameters, and separation of conditions beside its null"
SHORTEST = 0.2  # of the longest arrow: shorter ones stay without a name

def draw(study):
    figure = style.new_figure(study, 5.6)
    pairs = study.separations
    grid = figure.add_gridspec(max(1, len(pairs)), 2, width_ratios=[1.45, 1])
    plane = figure.add_subplot(grid[:, 0])
    table = Table()
    _scores(plane, study, table)
    _loadings(plane, study.reduction, table)
    style.letter(plane, "A")
    shared = None
    for row, (pair, section) in enumerate(pairs.items()):
        axes = shared = figure.add_subplot(grid[row, 1], sharex=shared)
        _silhouette(axes, style.pair_label(study, pair), pair, section, table)
        style.letter(axes, "BCDEFGH"[row])
    style.legend_above(figure, _handles(study), 6)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _handles(study):
    colours = style.colours(study)
    medians = [Line2D([], [], marker="X", ls="", ms=9, mec="white", color=colours[name], label=condition.label)
               for name, condition in study.conditions.items()]
    pairs = [Patch(color=style.NULL_COLOUR, label="random halves of one condition"), Line2D([], [], color=style.INK, lw=2, label="two conditions")]
    return medians + (pairs if study.separations else [])


def _scores(axes, study, table):
    reduction, colours = study.reduction, style.colours(study)
    scores, explained = reduction["scores"], reduction["explained"]
    for index, name in enumerate(reduction["condition_label"]):
        own = scores[reduction["condition_index"] == index]
        axes.scatter(own[:, 0], own[:, 1], s=9, color=colours[name], alpha=0.35, lw=0)
        axes.scatter(*np.median(own[:, :2], axis=0), s=90, marker="X", color=colours[name], ec="white", lw=1.2, zorder=6)
        for component in (0, 1):
            table.add("A", name, f"score_PC{component + 1}", np.arange(len(own)), "model", own[:, component], "1")
    table.add("A", "all", "explained_variance", np.arange(1, len(explained) + 1), "component", explained, "1")
    axes.set(title="Accepted models", xlabel=f"PC1 ({explained[0]:.0%} of the variance)", ylabel=f"PC2 ({explained[1]:.0%} of the variance)")


def _loadings(axes, reduction, table):
    loadings, variables = reduction["loadings"][:2].T, reduction["variable_label"]
    low, high = np.percentile(reduction["scores"][:, :2], [1, 99], axis=0)
    tips = loadings * 0.55 * (high - low).min() / np.abs(loadings).max()
    for x, y in tips:
        axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": style.INK, "lw": 1.1, "shrinkA": 0, "shrinkB": 0})
    lengths = np.hypot(*tips.T)
    named = lengths > SHORTEST * lengths.max()
    _arrow_labels(axes, tips[named], [name for name, keep in zip(variables, named, strict=True) if keep])
    for component in (0, 1):
        table.add("A", "all", f"loading_PC{component + 1}", variables, "variable", loadings[:, component], "1")


def _arrow_labels(axes, tips, variables):
    """Labels beyond the tips, moved apart upwards where two would lie on each other."""
    height, width = 0.06 * np.ptp(axes.get_ylim()), 0.14 * np.ptp(axes.get_xlim())
    taken = []
    for index in np.argsort(tips[:, 1]):
        x, y = tips[index] + tips[index] / np.hypot(*tips[index]) * [width / 2, height]
        while any(abs(y - other_y) < height and abs(x - other_x) < width for other_x, other_y in taken):
            y += height / 4
        taken.append((x, y))
        axes.text(x, y, style.symbol(variables[index]), ha="center", va="center", fontsize=9,
                  bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.8}, zorder=7)


def _silhouette(axes, label, pair, section, table):
    null, value = section["silhouette_null"], section.attribute("silhouette")
    axes.hist(null, 16, color=style.NULL_COLOUR)
    axes.axvline(value, color=style.INK, lw=2)
    axes.set(title=f"{label}: {value:.2f}, {np.mean(null >= value):.0%} of the null reach it", xlabel="mean silhouette", ylabel="splits")
    table.add("null", style.pair_name(pair), "silhouette", "", "", value, "1")
    table.add("null", style.pair_name(pair), "silhouette_null", np.arange(len(null)), "split", null, "1")


def _caption(study):
    return (
        "(A) Each point is an accepted model, placed by the first two principal components of parameter combinations that do not depend on "
        "the choice of voltage scale; crosses are medians, arrows the loadings (very short ones without a name). Every condition gives the same number of models. "
        "(B, C) Mean silhouette of two conditions (line) over the silhouettes of random halves of one condition (grey), which is what "
        "two samples of the same thing give. Separation of the clouds is separation of what the data allow; it is no evidence for a change "
        f"of one particular parameter. Models fitted to: {study.citation}."
    )
