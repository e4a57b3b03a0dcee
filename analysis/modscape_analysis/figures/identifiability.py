# SPDX-License-Identifier: Apache-2.0
"""Which directions of parameter space the data fix: the posterior's spectrum, its stiffest direction, each parameter."""
import numpy as np

from .. import style
from ..output import Drawing, Table

NAME = "identifiability"
TITLE = "Identifiability: what the data fix and what they leave open"
COMBINATION = "(g_L + a)(V_T - E_L - Delta_T)"


def draw(study):
    figure = style.new_figure(study, 4.6)
    left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1.15, 1.15])
    table = Table()
    colours = style.colours(study)
    reference = None
    for place, (name, condition) in enumerate(study.conditions.items()):
        fit = study.fits[name]
        parameters = fit["parameter_label"]
        order = np.argsort(fit["spectrum"])
        stiffest = fit["directions"][order[0]]
        reference = stiffest if reference is None else reference
        stiffest = stiffest * (1 if stiffest @ reference >= 0 else -1)  # the sign has no meaning: alike in all conditions
        ratio = np.append(fit["posterior_sd"] / fit["prior_sd"], fit.attribute("combination_sd") / fit.attribute("combination_prior_sd"))
        rank = np.arange(1, order.size + 1)
        left.semilogy(rank, fit["spectrum"][order], "o-", ms=4.5, color=colours[name], label=condition.label)
        _bars(middle, stiffest, place, study, colours[name])
        _bars(right, ratio, place, study, colours[name])
        table.add("A", name, "posterior_variance", rank, "direction, stiffest first", fit["spectrum"][order], "prior = 1")
        table.add("B", name, "stiffest_direction", parameters, "parameter", stiffest, "1")
        table.add("C", name, "posterior_sd_over_prior_sd", [*parameters, COMBINATION], "parameter", ratio, "1")
        for series in ("combination_sd", "combination_prior_sd"):
            table.add("text", name, series, COMBINATION, "parameter", fit.attribute(series), "pA")
    _finish(study, left, middle, right)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _bars(axes, values, place, study, colour):
    width = 0.8 / len(study.conditions)
    axes.bar(np.arange(len(values)) + (place - (len(study.conditions) - 1) / 2) * width, values, width * 0.92, color=colour)


def _finish(study, left, middle, right):
    parameters = next(iter(study.fits.values()))["parameter_label"]
    left.axhline(1, color=style.INK, lw=0.8, ls="--")
    left.text(1, 1.1, "prior", fontsize=8.5, va="bottom")
    left.set(title="Posterior spectrum", xlabel="direction (1 = stiffest)", ylabel="posterior variance (prior = 1)",
             xticks=np.arange(1, len(parameters) + 1))
    left.legend(loc="lower right")
    middle.axhline(0, color=style.INK, lw=0.8)
    middle.set(title="Stiffest direction", ylabel="loading (scaled parameters)", ylim=(-1.05, 1.05))
    right.axhline(1, color=style.INK, lw=0.8, ls="--")
    right.set(title=r"Single parameters and $I^\ast$", ylabel="posterior SD / prior SD")
    symbols = [style.symbol(name) for name in parameters]
    for axes, names in ((middle, symbols), (right, [*symbols, r"$I^\ast$"])):
        axes.set_xticks(np.arange(len(names)), names)
        axes.tick_params(axis="x", length=0)
    for text, axes in zip("ABC", (left, middle, right), strict=True):
        style.letter(axes, text)


def _caption(study):
    return (
        "The posterior of the model parameters in coordinates in which the prior has variance 1. (A) Posterior variance along its "
        "principal directions: small is stiff (fixed by the data), near 1 is sloppy (left open). (B) The stiffest direction, as loadings of "
        "the scaled parameters; the overall sign has no meaning. (C) Posterior over prior SD of single parameters: where it is near 1, the "
        f"f–I data say nothing about that parameter alone and its value may not be interpreted. {_statement(study)} "
        f"The voltage scale is not measured at all: the gauge of the job sets it. Data: {study.citation}."
    )


def _statement(study):
    parts = [
        f"{condition.label} {fit.attribute('combination_sd'):.1f} pA (prior {fit.attribute('combination_prior_sd'):.0f} pA)"
        for condition, fit in zip(study.conditions.values(), study.fits.values(), strict=True)
    ]
    return ("The combination I* = (g_L + a)(V_T − E_L − Δ_T), the core of the saddle-node current, has a posterior SD of "
            f"{', '.join(parts)}.")
