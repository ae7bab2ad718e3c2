"""The page of the repository's results, parsed: whole, in order, escaped, and without anything from elsewhere."""

from __future__ import annotations

import base64
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from experiments.pages import committed
from experiments.pages.order import section_of
from experiments.pages.page import page
from experiments.paper import artifact
from tests.commands import Command

ROOT = Path(__file__).resolve().parents[3]
TINY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
RUN = {
    "id": "a",
    "model": "<b>ours</b>",
    "seed": 0,
    "scale": "small",
    "data": {"origin": "real, <i>x</i>.csv", "sha256": "0a", "fingerprint": "0b", "samples": 1506},
    "revision": "abc",
    "versions": {"torch": "2.13.0"},
    "device": "<u>CPU</u>",
    "threads": 1,
    "seconds": 90.0,
}


@pytest.fixture(scope="module")
def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def planted(
    folder: Path, name: str = "table3", *, text: str = "", verdicts: list[dict[str, str]] | None = None
) -> Path:
    """A folder of results with one artifact."""
    (folder / "mine").mkdir(parents=True)
    runs = [RUN, RUN | {"id": "b", "seed": 1, "seconds": 30.0}]
    facts = {"artifact": name, "revision": "abc", "runs": runs, "verdicts": verdicts or []}
    (folder / "mine" / f"{name}.json").write_text(json.dumps(facts))
    (folder / "mine" / f"{name}.md").write_text(text)
    return folder


def test_every_artifact_has_a_section_in_the_papers_order(soup):
    shown = [article["id"] for article in soup.find_all("article")]
    assert sorted(shown) == artifact.known() and len(set(shown)) == len(shown)
    sections = list(dict.fromkeys(map(section_of, shown)))
    assert sections == ["2.2", "4.1", "4.2", "4.3", "5", "5.1.2", "5.2", "5.3", "6.1", "6.2", "A", "C", "D"]
    inside = [name for name in shown if section_of(name) == "5.2"]
    assert inside[:6] == ["table2", "table3", "table4", "table5", "figure8", "figure9"] and inside[-1] == "training"
    text = soup.find(id="drawings").get_text()
    assert all(name.removeprefix("figure") in text for name in artifact.NOT_REPRODUCED)


def test_what_has_no_result_says_so_and_how_it_is_made(soup, results):
    for article in soup.find_all("article"):
        name, absent = article["id"], article.find(class_="absent")
        assert (absent is None) == any(result.name == name for result in results)
        if absent:
            assert f"make reproduce-{name}" in absent.get_text()
        else:
            folders = {result.folder for result in results if result.name == name}
            commands = [code.get_text() for code in article.select(".command code")]
            assert len(commands) == len(folders)
            assert all(any(f"RESULTS=results/{folder}" in command for command in commands) for folder in folders)


def test_every_verdict_is_in_the_table_of_claims_and_where_it_belongs(soup):
    """Against the .json files, read anew."""
    committed_verdicts = [
        (file.stem, file.parent.name, verdict["outcome"], verdict["claim"], verdict["reason"])
        for file in (ROOT / "results").glob("*/*.json")
        for verdict in json.loads(file.read_text()).get("verdicts", [])
    ]
    rows = []
    for row in soup.select("table.claims tbody tr"):
        where, outcome, claim, reason = row.find_all("td")
        name, _, folder = where.a["href"].removeprefix("#").partition("--")
        rows.append((name, folder, outcome.get_text(), claim.get_text(), reason.get_text()))
        assert outcome.span["class"] == ["badge", outcome.get_text()]
        assert claim.get_text() in soup.find(id=f"{name}--{folder}").find(class_="verdicts").get_text()
    assert sorted(rows) == sorted(committed_verdicts) and rows


def test_our_number_stands_beside_the_papers_with_its_spread_and_seeds(soup):
    """Two rows of Table 3, read off results/wwt-real-best/table3.md."""
    table = soup.find(id="table3--wwt-real-best").table
    head = [cell.get_text() for cell in table.thead.find_all("th")]
    rows = {row.th.get_text(): [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody("tr")}
    ours = dict(zip(head, rows["DoppelGANger"], strict=True))
    assert ours["paper"] == "0.0009" and ours["ours (median)"] == "0.00016" and ours["seeds"] == "3"
    assert ours["min to max"] == "0.00015 to 0.00020"
    facts = soup.find(id="table3--wwt-real-best").find(class_="facts").get_text(" ")
    for told in ("real, train_1_subset.csv.gz", "evening (16,000 batches)", "AMD EPYC", "of training in 18 runs"):
        assert told in facts


def test_nothing_is_fetched_and_no_script_runs(html, soup):
    assert not soup.find_all(["script", "iframe", "object", "embed", "audio", "video", "base", "form"])
    for tag in soup.find_all(True):
        for attribute in ("src", "href", "srcset", "poster", "style"):
            value = tag.get(attribute, "")
            assert value.startswith(("data:", "#")) or not value
        assert not any(attribute.startswith("on") for attribute in tag.attrs)
    (style,) = soup.find_all("style")
    assert "url(" not in style.get_text() and "@import" not in style.get_text()
    assert "default-src 'none'" in html


def test_every_figure_is_embedded_with_a_text_in_its_place(soup):
    images = soup.find_all("img")
    drawings = list((ROOT / "results").glob("*/*.png"))
    assert len(images) == len(drawings) > 20
    embedded = {base64.b64decode(image["src"].partition(",")[2]) for image in images}
    assert embedded == {file.read_bytes() for file in drawings}
    for image in images:
        assert len(image["alt"]) > 30 and int(image["width"]) > 300 and int(image["height"]) > 100
    assert len({image["alt"] for image in images}) == len(images)


def test_names_and_links_within_the_page_are_whole(soup):
    named = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(set(named)) == len(named)
    assert {tag["href"][1:] for tag in soup.find_all("a")} <= set(named)
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile(r"h[1-6]"))]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))


def test_what_strangers_write_is_text(tmp_path):
    text = (
        "# T\n\n| a <script>x</script> | [l](javascript:alert(1)) |\n|---|---|\n| ![p](http://far/p.png) | **1** |\n\n"
        "<img src=http://far/q.png onerror=x>\n\n- <http://far/r>\n"
    )
    claim = {"claim": "<script>c</script>", "outcome": "holds", "reason": "<em>r</em>"}
    soup = BeautifulSoup(page(committed.read(planted(tmp_path, text=text, verdicts=[claim]), []), "r"), "html.parser")
    assert not soup.find_all(["script", "em", "i", "u", "b"]) and not soup.find_all("img")
    assert not [tag for tag in soup.find_all("a") if not tag["href"].startswith("#")]
    for told in ("<script>c</script>", "<em>r</em>", "<i>x</i>", "<b>ours</b>", "<u>CPU</u>", "![p](http://far/p.png)"):
        assert told in soup.get_text()


def test_the_same_results_give_the_same_page_and_costs_are_sums(tmp_path):
    results = committed.read(planted(tmp_path), [])
    assert page(results, "r") == page(results, "r")
    assert "2.0 minutes of training in 2 runs" in page(results, "r")
    (result,) = results
    assert list(result.costs["seconds"]) == ["1.0 minutes"] and result.command.startswith("make reproduce-table3 ")


@pytest.mark.slow
def test_the_command_writes_it_and_says_how_large_it_is(tmp_path):
    (planted(tmp_path / "results") / "mine" / "table3.png").write_bytes(TINY)
    out = tmp_path / "folder" / "report.html"
    told = [f"results={tmp_path / 'results'}", f"out={out}"]
    status, output, errors = Command("experiments.report", *told, cwd=tmp_path).finish()
    assert status == 0, errors
    assert output == f"{out}: 1 results on one page of 0 MiB\n" and "data:image/png;base64,iVBOR" in out.read_text()
    assert not list(tmp_path.glob("hydra*")) and not list(tmp_path.glob("outputs"))


@pytest.mark.slow
def test_a_damaged_file_takes_one_line(tmp_path):
    (planted(tmp_path) / "mine" / "table3.json").write_text("{")
    status, _, errors = Command("experiments.report", f"results={tmp_path}", cwd=tmp_path).finish()
    assert status == 1 and errors.startswith(f"error: {tmp_path}/mine/table3.json: ") and errors.count("\n") == 1
    assert not (tmp_path / "report.html").exists()
