"""The documentation's site, for Sphinx: the repository's own Markdown pages, and a reference from docstrings.

The source folder is the repository, so that a relative link leads to the same file in the site as anywhere else.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.inspect import stringify_signature

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from experiments.console import dg as command  # noqa: E402  (found by the line before)

project = html_title = "DoppelGANger, as a harness"
root_doc = "docs/index"
include_patterns = ["docs/**.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "results/*/*.md"]
exclude_patterns = ["docs/_build"]
extensions = ["myst_parser", "sphinx.ext.autodoc"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # annotations name types of libraries, whose pages are elsewhere
myst_heading_anchors = 3
default_role = "code"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 100
html_theme = "furo"
html_copy_source = html_show_copyright = False
linkcheck_anchors = False

OURS = ("dg", "baselines", "benchmarks", "experiments")
FILE = re.compile(r"`((?:docs|results)/[\w./-]+\.(?:md|png)|(?:CONTRIBUTING|SECURITY)\.md)`")
ROOMS = re.compile(r"<!-- every file of ([\w.]+) -->")
COMMANDS = "<!-- every command -->"
ARGUMENT = re.compile(r"(\w+(?:, \w+)*): (.*)")


def read_page(app: Sphinx, page: str, source: list[str]) -> None:
    """A page as the site has it: files that it names are links, and what it asks for of the reference is there."""
    here = ROOT / Path(page).parent
    text = FILE.sub(lambda file: linked(file, here), source[0])
    text = ROOMS.sub(lambda room: "\n\n".join(map(reference, files(room[1]))), text)
    text = text.replace(COMMANDS, "\n\n".join(map(options, command.verbs())))
    if page.startswith("results/"):  # whose titles are Table 3 in each folder
        text = re.sub("^# (.*)", rf"# {here.name}: \1", text)
    source[0] = text


def linked(file: re.Match[str], here: Path) -> str:
    """The name of a file as a link from a folder, unless no file has it, as in results/search-NAME.md."""
    return f"[{file[0]}]({os.path.relpath(ROOT / file[1], here)})" if (ROOT / file[1]).exists() else file[0]


def files(package: str) -> list[str]:
    """The names of a package's modules, itself first."""
    folder = ROOT / package.replace(".", "/")
    return [package, *(module.name for module in walk_packages([str(folder)], f"{package}.") if not module.ispkg)]


def reference(module: str) -> str:
    """The section of a module: its docstring, and whatever is public and has one."""
    return f"## {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```"


def options(verb: str) -> str:
    """The section of a command: what its --help says."""
    return f"## dg {verb}\n\n```text\n{command.explained(verb)}\n```"


def is_foreign(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Whether a member is left out: what other packages put into our modules and classes."""
    home = getattr(thing, "__module__", None) or ""
    return True if home and home.partition(".")[0] not in OURS else None


def read_docstring(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text, and say of an argument `name: what it is`: these become a list."""
    read: list[str] = []
    listed = False
    for line in lines:
        plain = re.sub(r"[*|\\]|_\b", r"\\\g<0>", line) if "`" not in line else line
        if read and (found := ARGUMENT.fullmatch(plain)):
            read += [*([] if listed else [""]), f"- **{found[1]}**: {found[2]}"]
            listed = True
        elif listed and line.startswith("  "):
            read.append(f"  {plain.strip()}")
        else:
            read += [""] * listed + [plain]
            listed = False
    lines[:] = read


def as_written(app: Sphinx, what: str, name: str, thing: Any, options: Any, given: str | None, result: str) -> Any:
    """A signature with its annotations as the code has them: Float[Tensor, 'b t k']."""
    ours = (getattr(thing, "__module__", None) or "").partition(".")[0] in OURS
    if not given or not ours or what not in ("class", "function", "method"):
        return None
    signature = inspect.signature(thing)
    parameters = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
    written = stringify_signature(signature.replace(parameters=parameters), show_return_annotation=False)
    returned = signature.return_annotation
    return written, returned if isinstance(returned, str) and what != "class" else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", read_page)
    app.connect("autodoc-skip-member", is_foreign)
    app.connect("autodoc-process-docstring", read_docstring)
    app.connect("autodoc-process-signature", as_written)
