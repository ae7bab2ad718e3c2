"""The command `dg VERB name=value …`: the doors of experiments, from any working directory, with help in plain words.

A verb is a door, experiments/VERB.py, that has options, conf/VERB.yaml. What is said of it stands there: its docstring,
the header of its config, and the comment beside each option.
"""

from __future__ import annotations

import ast
import re
import runpy
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from dg import __version__
from experiments.console.meant import meant

DOORS = Path(__file__).resolve().parents[1]
CONF = DOORS.parent / "conf"
FIRST = ("fit", "generate", "retrain", "evaluate", "privacy")  # what a user's own table goes through
WIDTH = 100
GIVEN = "Options are given as name=value, in any order; quote what has spaces: 'out=\"my samples.csv\"'."


def main() -> None:
    """The command."""
    verb, *options = sys.argv[1:] or ["--help"]
    if verb == "--version":
        print(f"dg {__version__}")
    elif verb in ("--help", "-h", "help"):
        print(overview())
    elif verb not in verbs():
        near = meant(verb, verbs(), "`dg {}`", cutoff=0.5)
        sys.exit(f"error: there is no verb {verb!r}; {near}`dg --help` lists them: {', '.join(verbs())}")
    elif {"--help", "-h"} & set(options):
        print(explained(verb))
    else:
        _refuse(verb, options)
        sys.argv[1:] = options
        runpy.run_module(f"experiments.{verb}", run_name="__main__", alter_sys=True)


def verbs() -> list[str]:
    """Those of a user's own table first, then those of the paper by name."""
    known = {door.stem for door in DOORS.glob("[a-z]*.py")} & {file.stem for file in CONF.glob("*.yaml")}
    return [verb for verb in FIRST if verb in known] + sorted(known - {*FIRST})


def overview() -> str:
    """What `dg --help` says: a line and an example a verb."""
    own = [verb for verb in verbs() if verb in FIRST]
    groups = {"Your own table:": own, "The paper's experiments:": [verb for verb in verbs() if verb not in own]}
    lines = ["dg VERB name=value …", "", "Learns time series and generates others like them (DoppelGANger, IMC'20)."]
    for title, members in groups.items():
        lines += ["", title] if members else []
        for verb in members:
            lines += [*_row(f"{verb:<10}", _called(_first_line(verb))), f"{'':<14}{_example(verb)}"]
    return "\n".join([*lines, "", GIVEN, "`dg VERB --help` says which options a verb has, and what each is for."])


def explained(verb: str) -> str:
    """What `dg VERB --help` says: the header of its config, and its options with their comments."""
    header = [_called(line.removeprefix("#").removeprefix(" ")) for line in _header(verb)]
    options = list(_options((CONF / f"{verb}.yaml").read_text(encoding="utf-8").splitlines()))
    wide = min(24, max((len(option) for option, _ in options), default=0)) + 2
    rows = [line for option, told in options for line in _row(f"{option:<{wide}}", told)]
    return "\n".join([*header, "", "Options, with what holds where they are not given:", *rows, "", GIVEN])


def _refuse(verb: str, options: list[str]) -> None:
    """Ends with one line where an option that is needed is not given, or one is given that a table's verb has not."""
    if any(option.startswith("-") for option in options):  # Hydra's own, e.g. --cfg job
        return
    known = list(_options((CONF / f"{verb}.yaml").read_text(encoding="utf-8").splitlines()))
    given = [re.split(r"[.=@]", option)[0] for option in options]
    names = [option.partition("=")[0].partition(".")[0] for option, _ in known]
    unknown = [name for name in given if verb in FIRST and name not in names and name[:1] not in "+~"]
    if unknown:
        near, listed = meant(unknown[0], names), ", ".join(dict.fromkeys(names))
        sys.exit(f"error: dg {verb} has no option {unknown[0]!r}; {near}it has {listed}")
    missing = [
        option
        for (option, told), name in zip(known, names, strict=True)
        if told.startswith("needed") and name not in given
    ]
    if missing:
        sys.exit(f"error: dg {verb} needs {' and '.join(missing)}; `dg {verb} --help` says what for")


def _options(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each option as it is given on the command line with its default, and what its comment says of it."""
    above = ""
    for line in lines:
        found = re.match(r"(\s*(?:- )?)([\w/]+):\s*(.*?)\s*(?:(?:^|\s)#\s*(.*))?$", line)
        if not found or len(found[1]) > 4:  # deeper than an option of an option
            continue
        indent, name, value, comment = found.groups(default="")
        if not indent:
            above = name
        if above == "hydra" or name.startswith("override") or (above, indent) == ("defaults", ""):
            continue
        if above == "defaults":
            choices = f"one of {', '.join(sorted(file.stem for file in (CONF / name).glob('*.yaml')))}"
            yield f"{name}={value}", "; ".join(part for part in (comment, choices) if part)
        elif value or not _nested(lines, name):
            path = f"{above}.{name}" if indent else name
            needed, by_others = value == "???", "${" in value
            told = ": ".join(part for part in ("needed" if needed else "", comment) if part)
            yield f"{path}={'…' if needed or by_others else value}", told


def _nested(lines: list[str], name: str) -> bool:
    """Whether what follows `name:` is indented, so that its parts are the options."""
    after = lines[next(number for number, line in enumerate(lines) if line.startswith(f"{name}:")) + 1 :]
    return bool(after) and after[0].startswith(" ")


def _row(left: str, told: str) -> list[str]:
    """Two columns; the right one is wrapped."""
    wrapped = textwrap.wrap(told, WIDTH - len(left) - 4) or [""]
    if len(left.rstrip()) == len(left) and told:  # it fills its column
        return [f"  {left}", *(f"      {line}" for line in textwrap.wrap(told, WIDTH - 6))]
    return [f"  {left}  {wrapped[0]}".rstrip(), *(f"  {'':<{len(left)}}  {line}" for line in wrapped[1:])]


def _first_line(verb: str) -> str:
    source = (DOORS / f"{verb}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _header(verb: str) -> list[str]:
    lines = (CONF / f"{verb}.yaml").read_text(encoding="utf-8").splitlines()
    return lines[: next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))]


def _example(verb: str) -> str:
    """The first command of the config's header, without what is said beside it."""
    commands = [line for line in _header(verb) if f"python -m experiments.{verb} " in line]
    return re.split(r"\s{2,}", _called(commands[0]).lstrip("# "))[0] if commands else f"dg {verb}"


def _called(text: str) -> str:
    return text.replace("python -m experiments.", "dg ")


if __name__ == "__main__":
    main()
