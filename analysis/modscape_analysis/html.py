# SPDX-License-Identifier: Apache-2.0
"""The report: one self-contained page without scripts, for the screen and for paper."""
import base64
from html import escape

from . import style

CSS = """
body { font: 16px/1.55 "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; color: #222; }
body { max-width: 1080px; margin: 2.5em auto; padding: 0 1.5em; }
h1 { font-size: 1.7em; line-height: 1.25; margin-bottom: 0.3em; } h2 { font-size: 1.2em; margin: 2.4em 0 0.6em; }
.caveat { background: #fff6e0; border-left: 5px solid #e69f00; padding: 0.6em 1em; margin: 1em 0; }
.meta, .files { color: #555; font-size: 0.9em; } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.87em; width: 100%; margin: 0.8em 0; }
th, td { text-align: right; padding: 0.4em 0.6em; border-bottom: 1px solid #ddd; }
th { vertical-align: bottom; border-bottom: 2px solid #444; font-weight: 600; }
th:first-child, td:first-child, .text { text-align: left; } td:first-child { white-space: nowrap; }
figure { margin: 0; } figure img { width: 100%; height: auto; border: 1px solid #e4e4e4; }
figcaption { font-size: 0.93em; margin-top: 0.5em; }
pre { background: #f6f6f6; padding: 1em; overflow-x: auto; font-size: 0.8em; white-space: pre-wrap; } a { color: #0072b2; }
@media print { body { font-size: 10.5pt; max-width: none; margin: 0; } section { break-inside: avoid; } .files { display: none; } }
"""
CONDITION_HEAD = ["condition", "what it is", "cells in the f–I curve", "cells with a rheobase", "accepted models", "effective sample size"]
PATH_HEAD = ["pair", "verdict", "under", "switching", "scaling", "none", "shift of the rheobase", "gain ratio"]
STATISTIC_HEAD = ["pair", "regime distance", "p", "shift of the rheobase", "p", "gain ratio, 95 %", "p", "null ESS"]


def page(study, drawings, images):
    """`images`: the PNG of each drawing, by name."""
    body = [
        f"<h1>{escape(study.title)}</h1>",
        _caveat(study),
        f'<p class="meta">Data: {escape(study.citation)}</p>',
        _conditions(study),
        "<h2>Verdicts</h2>",
        _path_verdicts(study),
        _verdicts(study),
        *(_figure(study, drawing, images[drawing.name]) for drawing in drawings),
        "<h2>Provenance</h2>",
        _provenance(study),
    ]
    return _document(study.title, body)


def sweep_page(sweep, drawings, images):
    body = [
        f"<h1>{escape(sweep.title)}</h1>",
        f'<p class="meta">{escape(sweep.summary)}</p>',
        *(_figure(sweep, drawing, images[drawing.name]) for drawing in drawings),
        "<h2>Provenance</h2>",
        _provenance(sweep),
    ]
    return _document(sweep.title, body)


def _document(title, body):
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f"<head>{meta}<title>{escape(title)}</title><style>{CSS}</style></head>"
    return "\n".join(["<!DOCTYPE html>", f'<html lang="en">{head}<body>', *body, "</body></html>", ""])


def _caveat(study):
    return f'<div class="caveat"><strong>Caveat.</strong> {escape(study.caveat)}</div>' if study.caveat else ""


def _table(head, rows, text_columns=()):
    def line(cells, tag):
        return "<tr>" + "".join(
            f'<{tag}{" class=text" if i in text_columns else ""}>{cell}</{tag}>' for i, cell in enumerate(cells)) + "</tr>"

    return f'<div class="wide"><table>{line(head, "th")}{"".join(line(row, "td") for row in rows)}</table></div>'


def _conditions(study):
    colours = style.colours(study)
    rows = [
        [f'<span style="color:{colours[name]}">&#9632;</span> {escape(condition.label)}', escape(condition.text),
         f"{fit.attribute('cells'):.0f}", f"{len(fit['rheobases']) if 'rheobases' in fit else 0}", f"{len(study.models[name]['rheobase'])}",
         f"{fit.attribute('ess'):.0f}"]
        for (name, condition), fit in zip(study.conditions.items(), study.fits.values(), strict=True)
    ]
    return _table(CONDITION_HEAD, rows, {1})


def _path_verdicts(study):
    """What a study with effects ends in: before the comparison without a family, which may say something else."""
    if not study.path_verdicts:
        return ""
    rows = []
    for pair, section in study.path_verdicts.items():
        label, families = escape(style.pair_label(study, pair)), section.columns.get("family_label", [])
        rows.append([label, f"<strong>{escape(section.attribute('verdict'))}</strong>", "all families", *[""] * 5])
        for f, family in enumerate(families):
            shares = [f"{section[name][f]:.2f}" for name in ("p_switching", "p_scaling", "p_none")]
            shift = f"{section['shift'][f]:+.0f} ± {section['shift_sd'][f]:.0f} pA".replace("-", "−")
            rows.append(["", escape(section["family_verdict"][f]), f"if it moved {escape(family)}", *shares, shift, f"{section['gain_ratio'][f]:.2f}"])
    reasons = "".join(f"<li>{escape(style.pair_label(study, pair))}: {escape(section.attribute('reason'))}</li>"
                      for pair, section in study.path_verdicts.items())
    criterion = escape(next(iter(study.path_verdicts.values())).attribute("criterion"))
    return (
        "<p><strong>The answer: along paths</strong>, family of effects by family of effects (figure verdict_by_family).</p>"
        + _table(PATH_HEAD, rows, {1, 2})
        + f'<ul>{reasons}</ul><p class="meta">Criterion: {criterion}.</p>'
        + "<p><strong>For comparison: without any family</strong>, of models fitted to each condition alone (figure verdict).</p>"
    )


def _verdicts(study):
    if not study.verdicts:
        return "<p>The job compares no conditions.</p>"
    pairs = {escape(style.pair_label(study, pair)): verdict for pair, verdict in study.verdicts.items()}
    reasons = "".join(f"<li>{pair}: {escape(verdict.attribute('reason'))}</li>" for pair, verdict in pairs.items())
    criterion = escape(next(iter(pairs.values())).attribute("criterion"))
    return (
        _table(["pair", "verdict", *style.VERDICT_COLOURS, "null switches"], map(_probabilities, pairs.items()), {1})
        + f"<ul>{reasons}</ul>"
        + _table(STATISTIC_HEAD, map(_statistics, pairs.items()))
        + '<p class="meta">Upper table: shares of the four verdicts, corrected by the null; <em>null switches</em>: how often two random halves of one '
        "condition would be called switching. p: share of the null, which is random halves of one condition, that reaches the value (the "
        "value itself counted); "
        f"<em>null ESS</em>: effective draws of a half. Criterion: {criterion}.</p>"
    )


def _number(verdict, name, form):
    return format(verdict.attribute(name), form).replace("-", "−")


def _probabilities(row):
    pair, verdict = row
    probabilities = [_number(verdict, f"p_{name}", ".2f") for name in style.VERDICT_COLOURS]
    return [pair, f"<strong>{escape(verdict.attribute('verdict'))}</strong>", *probabilities, _number(verdict, "null_switching_rate", ".0%")]


def _statistics(row):
    pair, verdict = row
    names = ("regime_p_value", "shift_p_value", "gain_p_value")
    halves = len(verdict["null_shift"]) if "null_shift" in verdict else 0
    p_values = [style.p_text(verdict.attribute(name), halves).removeprefix("= ") if halves else "no null" for name in names]
    shift = f"{_number(verdict, 'shift', '+.0f')} ± {_number(verdict, 'shift_sd', '.0f')} pA"
    ratio, low, high = (_number(verdict, name, ".2f") for name in ("gain_ratio", "gain_ratio_low", "gain_ratio_high"))
    gain = f"{ratio} [{low}, {high}]"
    return [pair, _number(verdict, "regime_distance", ".2f"), p_values[0], shift, p_values[1], gain, p_values[2],
            _number(verdict, "median_null_ess", ".0f")]


def _figure(study, drawing, png):
    source = base64.b64encode(png).decode()
    files = " · ".join(f'<a href="{drawing.name}.{kind}">{drawing.name}.{kind}</a>' for kind in ("csv", "svg", "png"))
    caveat = f" <em>Caveat: {escape(study.caveat)}.</em>" if study.caveat else ""
    return (
        f'<section id="{drawing.name}"><h2>{escape(drawing.title)}</h2><figure><img alt="{escape(drawing.title)}" '
        f'src="data:image/png;base64,{source}"><figcaption>{escape(drawing.caption)}{caveat}</figcaption></figure>'
        f'<p class="files">{files}</p></section>'
    )


def _provenance(study):
    keys = ["start", "end", "version", "commit", "ranks"]
    rows = [[escape(str(session.get(key, ""))) for key in keys] for session in study.sessions]
    details = "".join(f"<p>{escape(', '.join(f'{k} = {v}' for k, v in session.items()))}</p>" for session in study.sessions)
    return (
        f'<p class="meta">Program: {escape(study.program)}. Job hash: {escape(study.job_hash)}.</p>'
        f"{_table(keys, rows, set(range(len(keys))))}<details><summary>Sessions in full</summary>{details}</details>"
        f"<details><summary>The job, with every default</summary><pre>{escape(study.job_text)}</pre></details>"
    )
