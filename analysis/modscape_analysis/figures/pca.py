# SPDX-License-Identifier: Apache-2.0
"""Accepted models in the plane of the first two principal components, and their separation beside its null."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "pca"
TITLE = "Principal components of the accepted models, and separation of conditions beside its null"
APART = 0.33  # rad

def draw(study):
    figure = style.new_figure(study, 5.6)
    pairs = study.separations
    if "scores" not in study.reduction:
        figure.text(0.5, 0.5, study.reduction.attribute("empty"), ha="center")
        return Drawing(NAME, TITLE, figure, Table(), _caption(study))
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
        style.letter(axes, chr(ord("B") + row))
    style.legend_above(figure, _handles(study), 6)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _handles(study):
    colours = style.colours(study)
    medians = [Line2D([], [], marker="X", ls="", ms=9, mec="white", color=colours[name], label=condition.label)
               for name, condition in study.conditions.items()]
    pairs = [Patch(color=style.NULL_COLOUR, label="random halves of the models of one condition"),
             Line2D([], [], color=style.INK, lw=2, label="two conditions")]
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
    labels = [f"PC{k + 1} ({explained[k]:.0%} of the variance)" for k in (0, 1)]
    axes.set(title="Accepted models", xlabel=labels[0], ylabel=labels[1])


def _loadings(axes, reduction, table):
    """Arrows, with labels on an ellipse around them: no label can lie on an arrow or on another label."""
    scores, all_loadings, labels = reduction["scores"][:, :2], reduction["loadings"][:2].T, reduction["variable_label"]
    varies = np.abs(all_loadings).max(axis=1) > 1e-9  # what the job fixes has no arrow
    loadings, variables = all_loadings[varies], [label for label, shown in zip(labels, varies, strict=True) if shown]
    low, high = np.percentile(scores, [0.5, 99.5], axis=0)  # a few extreme models must not set the scale
    radius = 0.5 * (high - low)
    tips = loadings * 0.8 / np.hypot(*(loadings / radius).T).max()
    places = radius * _apart(np.arctan2(*(tips / radius).T[::-1]))
    for tip, place, name in zip(tips, places, variables, strict=True):
        axes.plot(*np.transpose([tip, place]), color="#999999", lw=0.6, ls=":", zorder=4)
        axes.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "-|>", "color": style.INK, "lw": 1.1, "shrinkA": 0, "shrinkB": 0})
        axes.text(*place, style.symbol(name), ha="center", va="center", fontsize=9, zorder=7,
                  bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.8})
    low, high = np.minimum(low, -1.15 * radius), np.maximum(high, 1.15 * radius)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    beyond = int(np.sum(np.any((scores < low) | (scores > high), axis=1)))
    axes.set_title(f"{beyond} of {len(scores)} models lie outside the view", loc="right", fontsize=8.5, fontweight="normal")
    for component in (0, 1):
        table.add("A", "all", f"loading_PC{component + 1}", labels, "variable", all_loadings[:, component], "1")


def _apart(angles):
    """Points on the unit circle near the given angles, neighbours at least APART from each other."""
    order = np.argsort(angles)
    sorted_angles = angles[order]
    for _ in range(200):
        gap = np.diff(sorted_angles, append=sorted_angles[0] + 2 * np.pi)
        push = 0.5 * np.maximum(0, APART - gap)
        sorted_angles = sorted_angles - push + np.roll(push, 1)
    moved = np.empty_like(angles)
    moved[order] = sorted_angles
    return np.column_stack([np.cos(moved), np.sin(moved)])


def _silhouette(axes, label, pair, section, table):
    null, value = section["silhouette_null"], section.attribute("silhouette")
    axes.hist(null, 16, color=style.NULL_COLOUR)
    axes.axvline(value, color=style.INK, lw=2)
    axes.set(title=f"{label}: {value:.2g}, null up to {null.max():.2g}", xlabel="mean silhouette", ylabel="splits")
    table.add("null", style.pair_name(pair), "silhouette", "", "", value, "1")
    table.add("null", style.pair_name(pair), "silhouette_null", np.arange(len(null)), "split", null, "1")


def _caption(study):
    return (
        "(A) Each point is an accepted model, placed by the first two principal components of its parameters, in combinations that do not "
        "depend on the voltage scale, and of features that no data constrain (latency, adaptation and CV at the highest current); crosses "
        "are medians, arrows the loadings. Beside it, for each pair, the mean silhouette of the two conditions in this plane (line; 0 is "
        "no separation, 1 is complete) over those of random halves of the first condition's models (grey). This null is about models, not "
        "cells: a line beyond it may still be a small separation, and none of it shows that one parameter changed. "
        f"Models fitted to: {study.citation}."
    )
