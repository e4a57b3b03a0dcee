# SPDX-License-Identifier: Apache-2.0
"""Measured f-I curves and rheobases beside what the accepted models predict."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .. import style
from ..output import Drawing, Table

NAME = "fi_curves"
TITLE = "f–I curves: data and posterior predictions"
UNIT = "spikes/step"
SERIES = ["mean", "sem", "sd_floored", "held_out", "predicted_mean", "band_2_5", "band_16", "band_84", "band_97_5", "predictive_2_5",
          "predictive_97_5"]


def draw(study):
    figure = style.new_figure(study, 7.2)
    table = Table()
    axes = figure.subplots(2, len(study.conditions), sharex=True, sharey="row", squeeze=False, height_ratios=[2.4, 1])
    for column, (name, condition) in enumerate(study.conditions.items()):
        colour = style.colours(study)[name]
        _curve(axes[0, column], study.fits[name], colour, condition)
        _rheobases(axes[1, column], study, name, colour)
        _tabulate(table, name, study)
        axes[1, column].set_xlabel(r"injected current $I$ (pA)")
    axes[0, 0].set_ylabel(f"spikes per {study.job['data']['step_duration']} step")
    axes[0, 0].yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes[1, 0].set_ylabel(f"share per {np.diff(_bins(study))[0]:.0f} pA")
    axes[1, 0].set_ylim(0, None)
    style.letter(axes[0, 0], "A")
    style.letter(axes[1, 0], "B")
    style.legend_above(figure, _handles(), 4)
    return Drawing(NAME, TITLE, figure, table, _caption(study))


def _curve(axes, fit, colour, condition):
    current, held_out = fit["data_current"], fit["held_out"] > 0
    axes.fill_between(current, fit["predictive_2_5"], fit["predictive_97_5"], color=colour, alpha=0.10, lw=0)
    for edge in ("predictive_2_5", "predictive_97_5"):
        axes.plot(current, fit[edge], color=colour, lw=0.8, ls=":")
    axes.fill_between(current, fit["band_2_5"], fit["band_97_5"], color=colour, alpha=0.25, lw=0)
    axes.fill_between(current, fit["band_16"], fit["band_84"], color=colour, alpha=0.40, lw=0)
    axes.plot(current, fit["predicted_mean"], color=colour)
    for rows, face in ((~held_out, style.INK), (held_out, "white")):
        axes.errorbar(current[rows], fit["mean"][rows], fit["sd_floored"][rows], fmt="o", ms=4.5, mfc=face, color=style.INK, lw=1,
                      capsize=2, zorder=5)
    axes.set_title(condition.label)
    axes.text(0.03, 0.97, _annotation(fit), transform=axes.transAxes, va="top", fontsize=8.5, linespacing=1.5)


def _annotation(fit):
    shares = [f"within {k} SEM: {fit.attribute(f'within_{k}_sem'):.0%}" for k in (1, 2)]
    return "\n".join([f"n = {fit.attribute('cells'):.0f} cells", *shares, f"ESS = {fit.attribute('ess'):.0f}"])


def _rheobases(axes, study, name, colour):
    cells, models = _cells(study, name), study.models[name]["rheobase"]
    models = models[np.isfinite(models)]
    axes.hist(models, _bins(study), weights=np.full(models.size, 1 / max(1, models.size)), color=colour, alpha=0.45)
    if cells.size:
        axes.hist(cells, _bins(study), weights=np.full(cells.size, 1 / cells.size), histtype="step", color=style.INK, lw=1.3)
        p_value = study.fits[name].attributes.get("rheobase_p_value", np.nan)
        p_text = f", predictive p = {p_value:.2g}" if np.isfinite(p_value) else ""
        axes.set_title(f"{cells.size} cells{p_text}", fontsize=8.5, fontweight="normal")


def _cells(study, name):
    fit = study.fits[name]
    return np.asarray(fit["rheobases"]) if "rheobases" in fit else np.array([])


def _bins(study):
    """One bin per current step: a cell that first fires at r has its threshold in (r - step, r]."""
    current = next(iter(study.fits.values()))["data_current"]
    step = current[1] - current[0]
    highest = max([current[-1], *(r for name in study.fits for r in _cells(study, name))])
    return np.arange(current[0] - step, highest + step / 2, step) + step * 1e-9


def _tabulate(table, name, study):
    fit = study.fits[name]
    for series in SERIES:
        unit = "1" if series == "held_out" else UNIT
        table.add("A", name, series, fit["data_current"], "pA", fit[series], unit)
    for series, values in (("cell_rheobase", _cells(study, name)), ("model_rheobase", study.models[name]["rheobase"])):
        table.add("B", name, series, np.arange(len(values)), "index", values, "pA")


def _handles():
    grey = "#555555"
    return [
        Line2D([], [], marker="o", color=style.INK, lw=1, ms=4.5, label="data, mean ± SEM (floored)"),
        Line2D([], [], marker="o", mfc="white", color=style.INK, lw=1, ms=4.5, label="held out of the fit"),
        Line2D([], [], color=grey, label="posterior mean"),
        Patch(color=grey, alpha=0.6, lw=0, label="68 % of the population mean"),
        Patch(color=grey, alpha=0.3, lw=0, label="95 % of the population mean"),
        Patch(fc="#EEEEEE", ec=grey, ls=":", label="95 % of a new observed mean"),
        Patch(color=grey, alpha=0.45, lw=0, label="B: rheobase of the models"),
        Patch(fc="none", ec=style.INK, lw=1.3, label="B: rheobase of the cells"),
    ]


def _caption(study):
    return (
        f"(A) Points are the mean number of spikes of the recorded cells under each current step ({study.citation}); the error bar is the "
        "SEM, not below 0.5/√n spikes. Open points were hidden from the fit and test it. Dark and light bands hold 68 % and 95 % of the "
        "posterior of the population mean; the dotted band holds 95 % of the means that a new sample of n cells would give. "
        "(B) Measured rheobases of single cells (outline) and rheobases of the accepted models (filled). A model stands for the typical "
        "cell, so the filled histogram is uncertainty about that cell and may not be read as the spread between cells; the predictive "
        "p-value is low if the measured rheobases do not scatter around the models' as a normal distribution would."
    )
