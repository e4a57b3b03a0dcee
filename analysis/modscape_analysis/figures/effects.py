# SPDX-License-Identifier: Apache-2.0
"""Which parameters did the modulator move? Families of effects by evidence, and the sizes of single effects."""
import numpy as np
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "effects"
TITLE = "Effects: which parameters did the modulator move?"
PAIRS_SHOWN = 6  # families with two effects, the best ones
WORST_SHOWN = -40.0  # ln evidence; what is worse is drawn at the edge


def draw(study):
    shown = {pair: _shown(section) for pair, section in study.effects.items()}
    figure = style.new_figure(study, 1.4 + sum(0.24 * len(rows) + 0.9 for rows in shown.values()))
    axes = figure.subplots(len(shown), 2, squeeze=False, height_ratios=[len(rows) for rows in shown.values()], width_ratios=[1, 1.6])
    table = Table()
    for line, (pair, section) in zip(axes, study.effects.items(), strict=True):
        _evidence(line[0], study, pair, section, shown[pair])
        _sizes(line[1], section, shown[pair])
        _tabulate(table, pair, section)
    for text, panel in zip("AB", axes[0], strict=True):
        style.letter(panel, text)
    handles = [Patch(color=colour, label=name) for name, colour in style.JUDGEMENT_COLOURS.items()]
    style.legend_above(figure, handles, len(handles))
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _shown(section):
    """Families from best to worst: all but the lesser pairs."""
    order = np.argsort(-section["log_evidence_difference"], kind="stable")
    two = [f for f in order if "+" in section["family_label"][f]]
    return [f for f in order if f not in set(two[PAIRS_SHOWN:])]


def _colour(section, family):
    return style.JUDGEMENT_COLOURS[section["judgement"][family]]


def _evidence(axes, study, pair, section, rows):
    difference, error = section["log_evidence_difference"], section["log_evidence_error"]
    for place, family in enumerate(rows):
        value = max(difference[family], WORST_SHOWN)
        beyond = value > difference[family]
        axes.errorbar(value, place, xerr=None if beyond else error[family], fmt="<" if beyond else "o", ms=5, color=_colour(section, family))
        axes.text(1.02, place, f"{section['p_value'][family]:.2f}", transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    axes.text(1.02, -1.1, "p", transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    axes.axvline(0, color=style.INK, lw=0.8, ls="--")
    axes.set_yticks(range(len(rows)), [_symbols(section["family_label"][f]) for f in rows])
    axes.set(ylim=(len(rows) - 0.4, -0.6), xlabel="ln evidence, less the best family's", title=style.pair_label(study, pair))


def _symbols(family):
    return " + ".join(style.symbol(name) for name in family.split("+"))


def _sizes(axes, section, rows):
    """Each interval in units of its own largest end, with the numbers beside it."""
    for place, family in enumerate(rows):
        numbers = np.flatnonzero(np.asarray(section["effect_family"]) == family)
        text = ", ".join(_size_text(section, e) for e in numbers) or "no effect"
        axes.text(1.1, place, text, va="center", fontsize=8)
        if len(numbers) != 1:
            continue  # two numbers do not lie on one line
        low, middle, high = (section[f"effect_{name}"][numbers[0]] for name in ("low", "median", "high"))
        scale = max(abs(low), abs(high)) or 1.0
        axes.plot([low / scale, high / scale], [place, place], color=_colour(section, family), lw=2)
        axes.plot(middle / scale, place, "|", ms=9, mew=2, color=_colour(section, family))
    axes.axvline(0, color=style.INK, lw=0.8, ls="--")
    axes.set(xlim=(-1.05, 4.6), ylim=(len(rows) - 0.4, -0.6), yticks=[], title="change, median and 95 %")
    axes.set_xlabel("each in units of its own largest end", loc="left")
    axes.set_xticks([-1, 0, 1], ["−", "0", "+"])
    axes.spines["bottom"].set_bounds(-1.05, 1.05)


def _size_text(section, e):
    name, unit = section["effect_parameter"][e], section["effect_unit"][e]
    middle, low, high = (f"{section[f'effect_{which}'][e]:.3g}" for which in ("median", "low", "high"))
    return f"{style.symbol(name)} {middle} [{low}, {high}] {unit}".replace("-", "−")


def _tabulate(table, pair, section):
    group, families = style.pair_name(pair), section["family_label"]
    for series in ("log_evidence_difference", "log_evidence_error", "p_value", "p_value_from", "p_value_to", "ess"):
        table.add("A", group, series, families, "family", section[series], "1")
    table.add("A", group, "judgement", families, "family", section["judgement"], "text")
    if "effect_label" not in section:
        return
    for series in ("effect_median", "effect_low", "effect_high", "factor_median", "factor_low", "factor_high", "edge_share"):
        for label, value, unit in zip(section["effect_label"], section[series], section["effect_unit"], strict=True):
            table.add("B", group, series, label, "effect", value, unit if series.startswith("effect") else "1")


def _caption(study):
    criterion = next(iter(study.effects.values())).attribute("criterion")
    pairs = []
    for pair, section in study.effects.items():
        kept = [name for name, judged in zip(section["family_label"], section["judgement"], strict=True) if judged == "kept"]
        pairs.append(f"{style.pair_label(study, pair)}: kept {', '.join(kept) or 'none of the families'}.")
    return (
        "A base model and an effect are fitted jointly to both conditions, for each family of effects. (A) Evidence of each family "
        "relative to the best, with its Monte-Carlo error; right of it the posterior predictive p of both conditions together. Of the "
        f"families with two effects the best {PAIRS_SHOWN} are shown; all are in the table. (B) How much each family moves its parameters: "
        "bars of single effects in units of their own largest end, numbers in the parameter's unit. A shift is also a factor where the "
        f"parameter is positive (see the table). Criterion: {criterion}. {' '.join(pairs)} A family that is kept can explain the spike "
        "counts; that does not show that the modulator acts on that parameter."
    )
