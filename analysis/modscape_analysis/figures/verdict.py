# SPDX-License-Identifier: Apache-2.0
"""Verdict of each pair of conditions, with the statistics behind it and their nulls."""
import textwrap

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "verdict"
TITLE = "Verdicts: does the sequence of regimes switch, or does firing only scale?"
STRINGS_SHOWN = 6


def draw(study):
    rows = len(study.verdicts)
    figure = style.new_figure(study, 0.9 + 3.4 * max(1, rows))
    table = Table()
    if not study.verdicts:
        figure.text(0.5, 0.5, "the job compares no conditions", ha="center")
        return Drawing(NAME, TITLE, figure, table, _caption(study))
    axes = figure.subplots(rows, 5, squeeze=False, width_ratios=[1.05, 1.25, 1, 1, 1])
    for line, (pair, verdict) in zip(axes, study.verdicts.items(), strict=True):
        _probabilities(line[0], study, pair, verdict, table)
        _strings(line[1], study, pair, verdict, table)
        _distance(line[2], pair, verdict, table)
        _shift(line[3], pair, verdict, table)
        _gain(line[4], pair, verdict, table)
    for text, panel in zip("ABCDE", axes[0], strict=True):
        style.letter(panel, text)
    style.legend_above(figure, _handles(study), 6)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _probabilities(axes, study, pair, verdict, table):
    names = list(style.VERDICT_COLOURS)
    values = [verdict.attribute(f"p_{name}") for name in names]
    axes.bar(range(4), values, color=list(style.VERDICT_COLOURS.values()))
    for place, value in enumerate(values):
        axes.text(place, value + 0.02, f"{value:.2f}", ha="center", fontsize=8.5)
    axes.set(ylim=(0, 1.12), ylabel="probability", yticks=np.linspace(0, 1, 6))
    axes.set_xticks(range(4), names, rotation=35, ha="right")
    axes.set_xlabel(f"null switches: {verdict.attribute('null_switching_rate'):.0%}")
    axes.set_title(f"{style.pair_label(study, pair)}\n{verdict.attribute('verdict')}")
    table.add("probabilities", style.pair_name(pair), "probability", names, "verdict", values, "1")


def _strings(axes, study, pair, verdict, table):
    shares = {name: verdict[key] for name, key in zip(pair, ("share_from", "share_to"), strict=True)}
    order = np.argsort(-sum(shares.values()), kind="stable")
    shown, rest = order[:STRINGS_SHOWN], order[STRINGS_SHOWN:]
    names = [_wrapped(verdict["string_label"][i]) for i in shown] + (["all others"] if rest.size else [])
    for place, (name, share) in enumerate(shares.items()):
        values = np.append(share[shown], share[rest].sum()) if rest.size else share[shown]
        axes.barh(np.arange(values.size) + 0.38 * (place - 0.5), values, 0.36, color=style.colours(study)[name])
        table.add("regime_strings", style.pair_name(pair), name, verdict["string_label"], "regime string", share, "share of models")
    axes.set(xlabel="share of models", xlim=(0, 1), title="regimes along\nthe current axis")
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(max(3, len(names)) - 0.4, -0.6)


def _wrapped(string):
    return "\n".join(textwrap.wrap(string.replace("_", " ").replace("|", " | "), 18))


def _distance(axes, pair, verdict, table):
    value, null = verdict.attribute("regime_distance"), _null(verdict, "null_regime_distance")
    end = max(0.05, 1.1 * max([value, *null]))
    axes.hist(null, np.linspace(0, end, 15), color=style.NULL_COLOUR)
    axes.axvline(value, color=style.INK, lw=2)
    axes.set(xlabel="total variation", ylabel="splits", xlim=(-0.03 * end, end), ylim=(0, None),
             title=_title("regime distance", value, verdict.attribute("regime_p_value"), null))
    table.add("regime_distance", style.pair_name(pair), "value", "", "", value, "1")
    table.add("regime_distance", style.pair_name(pair), "null", np.arange(len(null)), "split", null, "1")


def _shift(axes, pair, verdict, table):
    draws, null = verdict["shift_draws"], _null(verdict, "null_shift")
    _against_null(axes, draws, null, verdict.attribute("shift"), 0)
    axes.set(xlabel="shift of the rheobase (pA)",
             title=_title("shift (pA)", verdict.attribute("shift"), verdict.attribute("shift_p_value"), null))
    table.add("shift", style.pair_name(pair), "draw", np.arange(len(draws)), "draw", draws, "pA")
    table.add("shift", style.pair_name(pair), "null", np.arange(len(null)), "split", null, "pA")


def _gain(axes, pair, verdict, table):
    draws, null = verdict["gain_ratio_draws"], _null(verdict, "null_log_gain")
    _against_null(axes, draws, np.exp(null), verdict.attribute("gain_ratio"), 1)
    axes.set(xlabel="ratio of the gains",
             title=_title("gain ratio", verdict.attribute("gain_ratio"), verdict.attribute("gain_p_value"), null))
    table.add("gain", style.pair_name(pair), "draw", np.arange(len(draws)), "draw", draws, "1")
    table.add("gain", style.pair_name(pair), "null_log_gain", np.arange(len(null)), "split", null, "1")


def _null(verdict, name):
    """Empty where there is no null: a single cell, or too few, cannot be halved."""
    return verdict[name] if name in verdict else np.array([])


def _title(text, value, p_value, null):
    against = f"p {style.p_text(p_value, null.size)}" if null.size else "no null"
    return f"{text}\n{value:.2g}, {against}".replace("-", "−")


def _against_null(axes, draws, null, value, no_effect):
    _histogram(axes, null, color=style.NULL_COLOUR)
    _histogram(axes, draws, histtype="step", color=style.INK, lw=1.4)
    axes.axvline(value, color=style.INK, lw=2)
    axes.axvline(no_effect, color=style.INK, lw=0.8, ls="--")
    axes.set(ylabel="density", yticks=[])


def _histogram(axes, values, **look):
    """Without the outermost 1 %, so that a single extreme draw does not set the axis; the table has them all."""
    finite = values[np.isfinite(values)]
    if finite.size:
        low, high = np.percentile(finite, [0.5, 99.5])
        axes.hist(finite[(finite >= low) & (finite <= high)], int(np.clip(np.sqrt(finite.size), 6, 24)), density=True, **look)


def _handles(study):
    colours = style.colours(study)
    return [Patch(color=colours[name], label=condition.label) for name, condition in study.conditions.items()] + [
        Patch(color=style.NULL_COLOUR, label="null: random halves"),
        Patch(fc="none", ec=style.INK, lw=1.4, label="posterior draws"),
        Line2D([], [], color=style.INK, lw=2, label="the two conditions"),
    ]


def _reasons(study):
    return " ".join(f"{style.pair_label(study, pair)}: {verdict.attribute('verdict')} ({verdict.attribute('reason')})."
                    for pair, verdict in study.verdicts.items())


def _caption(study):
    return (
        "One row per pair of conditions. (A) Probabilities of the four possible verdicts, and how often two random halves of one condition "
        "would be called switching. (B) The sequence of regimes along the current axis, as shares of the accepted models of both "
        "conditions; (C) the distance of these two distributions, (D) the shift of the rheobase and (E) the ratio of the gains. The thick "
        "line is the value for the two conditions, grey the values for random halves of one condition, which is what sampling alone "
        "produces and what each p-value is taken against; the outline is the posterior (one model of each condition per draw), the dashed "
        "line no effect. "
        f"The verdict is about models fitted to spike counts ({study.citation}) and says nothing about a dose. {_reasons(study)}"
    )
