# SPDX-License-Identifier: Apache-2.0
"""One look for all figures: fonts, colours that colour-blind readers can tell apart, symbols and units."""
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)

CONDITION_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]  # Okabe & Ito
REGIME_COLOURS = {  # Paul Tol, muted
    "rest": "#DDDDDD", "transient": "#DDCC77", "few": "#999933", "tonic": "#88CCEE", "adapting": "#44AA99",
    "initial_burst": "#882255", "bursting": "#CC6677", "accelerating": "#AA4499", "irregular": "#332288", "rest+spiking": "#117733",
}
VERDICT_COLOURS = {"switching": "#CC6677", "scaling": "#332288", "none": "#DDCC77", "undetermined": "#BBBBBB"}
JUDGEMENT_COLOURS = {  # of families of effects
    "kept": "#117733", "not rejected": "#88CCEE", "rejected: misfit": "#CC6677", "rejected: outweighed": "#DDCC77", "undecided": "#BBBBBB",
}
NULL_COLOUR = "#BBBBBB"
INK = "#222222"
WIDTH = 11.0  # inch

SYMBOLS = {
    "C_m": r"$C_\mathrm{m}$", "g_L": r"$g_\mathrm{L}$", "E_L": r"$E_\mathrm{L}$", "V_T": r"$V_\mathrm{T}$",
    "Delta_T": r"$\Delta_\mathrm{T}$", "a": r"$a$", "b": r"$b$", "tau_w": r"$\tau_w$", "V_r": r"$V_\mathrm{r}$",
    "offset_sd": r"$\sigma_\mathrm{offset}$",
    "ln_tau_m": r"$\ln\,\tau_\mathrm{m}$", "ln_tau_w": r"$\ln\,\tau_w$", "a_over_g_L": r"$a/g_\mathrm{L}$",
    "b_over_g_L_Delta_T": r"$b/(g_\mathrm{L}\Delta_\mathrm{T})$",
    "V_r_minus_V_T_over_Delta_T": r"$(V_\mathrm{r}-V_\mathrm{T})/\Delta_\mathrm{T}$",
    "ln_g_L_Delta_T": r"$\ln\,g_\mathrm{L}\Delta_\mathrm{T}$",
    "time_to_first_spike": "latency", "adaptation_index2": "adaptation", "ISI_CV": "CV of ISIs",
    "amplitude": r"$I$", "current": r"$I$",
    "I_SN": r"$I_\mathrm{SN}$", "I_H": r"$I_\mathrm{H}$", "rheobase": "rheobase", "E_rev": r"$E_\mathrm{rev}$", "g": r"$g$",
}

plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 9.5, "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.labelsize": 9.5, "legend.fontsize": 8.5, "legend.frameon": False, "xtick.labelsize": 8.5, "ytick.labelsize": 8.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": INK, "text.color": INK, "axes.labelcolor": INK,
    "xtick.color": INK, "ytick.color": INK, "lines.linewidth": 1.6, "svg.hashsalt": "modscape", "mathtext.fontset": "dejavusans",
    "figure.constrained_layout.use": True, "figure.constrained_layout.h_pad": 0.06, "figure.constrained_layout.w_pad": 0.06,
})


def symbol(name):
    return SYMBOLS.get(name, name)


def colours(study):
    """Fixed colour per condition: by its place in the job."""
    return {name: CONDITION_COLOURS[i % len(CONDITION_COLOURS)] for i, name in enumerate(study.conditions)}


def pair_name(pair):
    return f"{pair[0]} → {pair[1]}"


def pair_label(study, pair):
    return pair_name([study.conditions[name].label for name in pair])


def new_figure(study, height):
    """A figure with the caveat of the data at its foot, so that it never travels without it."""
    figure = plt.figure(figsize=(WIDTH, height))
    if study.caveat:
        figure.supxlabel("\n".join(textwrap.wrap(f"Caveat: {study.caveat}", 170)), fontsize=8, color="#666666", style="italic")
    return figure


def letter(axes, text):
    """Panel letter, outside the axes."""
    axes.annotate(text, (0, 1), (-34, 7), xycoords="axes fraction", textcoords="offset points", fontsize=12, fontweight="bold",
                  annotation_clip=False)


def legend_above(figure, handles, columns):
    """A legend in a strip of its own at the top of the figure."""
    strip = (0.12 + 0.21 * -(-len(handles) // columns)) / figure.get_figheight()
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - strip))
    figure.legend(handles=handles, loc="upper center", ncol=columns, borderaxespad=0.4)


def p_text(value, halves):
    """Relation and value; no more is known of a p-value below which none of the halves reaches."""
    return f"{'≤' if value * (halves + 1) < 1.5 else '='} {value:.2g}"
