# SPDX-License-Identifier: Apache-2.0
"""The verdict under each family of effects the data leave standing, with its null and what changes along the paths."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "verdict_by_family"
TITLE = "Verdict by family: is the answer the same whatever the modulator moved?"


def draw(study):
    shown = {pair: section for pair, section in study.path_verdicts.items() if "family_label" in section}
    heights = [len(section["family_label"]) + 1.6 for section in shown.values()]
    figure = style.new_figure(study, 1.4 + sum(0.42 * height + 0.5 for height in heights))
    table = Table()
    if not shown:
        figure.text(0.5, 0.5, "no family of effects could be kept", ha="center")
        return Drawing(NAME, TITLE, figure, table, _caption(study, shown))
    axes = figure.subplots(len(shown), 3, squeeze=False, height_ratios=heights, width_ratios=[1.2, 1, 1.1])
    for line, (pair, section) in zip(axes, shown.items(), strict=True):
        rows = np.arange(len(section["family_label"]))
        _probabilities(line[0], study, pair, section, rows)
        _switching(line[1], section, rows)
        _changes(line[2], section, rows)
        for panel in line:
            panel.set_ylim(len(rows) - 0.4, -0.6)
        _tabulate(table, pair, section)
    for text, panel in zip("ABC", axes[0], strict=True):
        style.letter(panel, text)
    style.legend_above(figure, _handles(), 6)
    return Drawing(NAME, TITLE, figure, table, _caption(study, shown))


def _symbols(family):
    return " + ".join(style.symbol(name) for name in family.split("+"))


def _probabilities(axes, study, pair, section, rows):
    left = np.zeros(len(rows))
    for name, colour in style.VERDICT_COLOURS.items():
        values = section[f"p_{name}"]
        axes.barh(rows, values, 0.62, left=left, color=colour)
        left = left + values
    labels = [f"{_symbols(family)}: {verdict}" for family, verdict in zip(section["family_label"], section["family_verdict"], strict=True)]
    axes.set_yticks(rows, labels)
    axes.set(xlim=(0, 1), xlabel="probability", title=f"{style.pair_label(study, pair)}: {study.path_verdicts[pair].attribute('verdict')}")


def _switching(axes, section, rows):
    for row in rows:
        if "null_switching_share" in section:
            null = section["null_switching_share"][row]
            spread = 0.28 * (np.arange(null.size) % 11 - 5) / 5.0
            axes.plot(null, row + spread, "o", ms=4, color=style.NULL_COLOUR, mec="white", mew=0.4, zorder=3)
        axes.plot([section["switching_share"][row]] * 2, [row - 0.42, row + 0.42], color=style.INK, lw=2.5)
    axes.set(xlim=(-0.03, 1.03), xlabel="share of paths that switch", yticks=[], title="switching and its null")


def _changes(axes, section, rows):
    shares = section["change_share"]
    axes.imshow(shares, cmap="Purples", vmin=0, vmax=1, aspect="auto")
    for row in rows:
        for column, share in enumerate(shares[row]):
            axes.text(column, row, f"{share:.0%}" if share else "·", ha="center", va="center", fontsize=8, color="white" if share > 0.6 else style.INK)
    axes.set_xticks(range(shares.shape[1]), section["change_label"], rotation=25, ha="right", fontsize=8)
    axes.set(yticks=[], title="what changes, share of paths")


def _tabulate(table, pair, section):
    group, families = style.pair_name(pair), section["family_label"]
    series = [f"p_{name}" for name in style.VERDICT_COLOURS] + ["switching_share", "switching_p_value", "null_switching_rate", "latent_share", "undecided_share", "critical_fraction", "gain_ratio", "gain_ratio_low", "gain_ratio_high", "gain_p_value", "shift_p_value", "median_null_ess"]
    for name in series:
        table.add("verdict", group, name, families, "family", section[name], "1")
    for name in ("shift", "shift_sd"):
        table.add("verdict", group, name, families, "family", section[name], "pA")
    table.add("verdict", group, "verdict", families, "family", section["family_verdict"], "text")
    for row, family in enumerate(families):
        table.add("changes", group, family, section["change_label"], "what changes", section["change_share"][row], "1")
        if "null_switching_share" in section:
            null = section["null_switching_share"][row]
            table.add("null", group, family, np.arange(null.size), "split", null, "1")


def _handles():
    return [Patch(color=colour, label=name) for name, colour in style.VERDICT_COLOURS.items()] + [
        Line2D([], [], color=style.INK, lw=2.5, label="the two conditions"),
        Line2D([], [], color=style.NULL_COLOUR, marker="o", ms=4, ls="", label="null: random halves of the first"),
    ]


def _caption(study, shown):
    said = " ".join(f"{style.pair_label(study, pair)}: {study.path_verdicts[pair].attribute('verdict')} ({study.path_verdicts[pair].attribute('reason')})." for pair in study.path_verdicts)
    critical = [f"{style.pair_label(study, pair)}, {family}: {value:.2f}" for pair, section in shown.items()
                for family, value, share in zip(section["family_label"], section["critical_fraction"], section["switching_share"], strict=True)
                if np.isfinite(value) and share >= 0.05]
    return (
        "Each row is a family of effects that the data leave standing. Base models and effects were drawn together and each base model was "
        "followed to its modulated model by continuation. (A) Probabilities; the row's label is the family's verdict, the title what all "
        "of them say together. (B) Share of paths whose sequence of regimes along the current changes; grey, the same for effects between "
        "random halves of the first condition (dots on the bar: the two conditions differ no more than halves of one). (C) What changes. A path that only enters or leaves bistability (a latent switch) is not "
        "counted as switching. "
        + (f"Median fraction of the effect from which on switching paths have switched: {'; '.join(critical)}. " if critical else "")
        + f"{said} Families that disagree make the verdict undetermined."
    )
