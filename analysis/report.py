#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Figures, tables and an HTML report of a finished study, continuation, landscape, network, landscape of networks or two-axis sweep."""
import argparse
import pathlib
import sys

try:
    from modscape_analysis import html
    from modscape_analysis.adex import PARAMETERS
    from modscape_analysis.figures import FIGURES, FIGURES_OF, WITHOUT_MODELS
    from modscape_analysis.output import atomic, write_drawing, write_table
    from modscape_analysis.results import ResultsError, Study, has_effects, kind_of, load
except ImportError as error:
    sys.exit(f"report.py: {error}; install the Debian packages python3-h5py python3-numpy python3-scipy python3-matplotlib")

BAD_INPUT, IO_FAILURE = 64, 74
KINDS = ("png", "svg", "csv")
EXAMPLE = """example:
  report.py out/spn_levodopa_state.h5 -o out/spn_levodopa_state
  writes report.html (self-contained) and for each figure NAME.png, NAME.svg and NAME.csv with the numbers behind it;
  of a study also models_CONDITION.csv, the accepted models, as populations of networks take them

exit codes: 0 done or nothing to do, 64 bad input, 74 I/O failure"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"report.py: {message}\n")


def arguments(argv):
    parser = Parser(prog="report.py", description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", metavar="RESULTS.h5", type=pathlib.Path, help="results file of `modscape study`, `continue`, `landscape` or `network`, or of `modscape sweep` over two axes")
    parser.add_argument("-o", "--output", metavar="DIR", type=pathlib.Path, required=True, help="folder for the report; made if missing")
    parser.add_argument("--only", metavar="NAME", choices=FIGURES, help=f"draw one figure, leave report.html: {', '.join(FIGURES)}")
    parser.add_argument("--force", action="store_true", help="draw again although everything is up to date")
    return parser.parse_args(argv)


def figure_names(options):
    kind = kind_of(options.results)
    if kind not in FIGURES_OF:
        raise ResultsError(f"holds a {kind}; figures are drawn of studies, sweeps, continuations, landscapes and networks")
    if options.only and options.only not in FIGURES_OF[kind]:
        raise ResultsError(f"is of a {kind}, which has the figures {', '.join(FIGURES_OF[kind])}, not {options.only}")
    without = set() if kind != "study" or has_effects(options.results) else {"effects", "verdict_by_family"}
    if options.only in without:
        raise ResultsError("is of a study without [effect]: there are no effects to draw")
    return [options.only] if options.only else [name for name in FIGURES_OF[kind] if name not in without]


def outputs(folder, names, only):
    files = [folder / f"{name}.{kind}" for name in names for kind in KINDS]
    return files if only else [*files, folder / "report.html"]


def up_to_date(files, results):
    """Every file is there and newer than the results and than this program."""
    sources = [results, *pathlib.Path(__file__).parent.rglob("*.py")]
    newest = max(path.stat().st_mtime for path in sources)
    return all(path.exists() and path.stat().st_mtime >= newest for path in files)


def page_of(results):
    return html.page if isinstance(results, Study) else html.sweep_page


def write_report(study, folder, names, only):
    folder.mkdir(parents=True, exist_ok=True)
    drawings = [FIGURES[name].draw(study) for name in names]
    images = {drawing.name: write_drawing(drawing, study, folder) for drawing in drawings}
    if isinstance(study, Study):
        for name, table in study.models.items():
            write_table(folder / f"models_{name}.csv", PARAMETERS, [table[parameter] for parameter in PARAMETERS])
    if not only:
        with atomic(folder / "report.html") as stream:
            stream.write(page_of(study)(study, drawings, images).encode())


def main(argv=None):
    options = arguments(argv)
    try:
        if not options.results.is_file():
            raise ResultsError("no such file")
        names = figure_names(options)
        files = outputs(options.output, names, options.only)
        if options.output.exists() and not options.output.is_dir():
            raise ResultsError(f"-o {options.output} is not a folder")
        if not options.force and up_to_date(files, options.results):
            print(f"nothing to do: {files[-1]} is newer than {options.results}; --force draws again")
            return 0
        write_report(load(options.results, options.only in WITHOUT_MODELS), options.output, names, options.only)
    except ResultsError as error:
        print(f"report.py: {options.results}: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        print(f"report.py: {error}", file=sys.stderr)
        return IO_FAILURE
    print(f"wrote {files[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
