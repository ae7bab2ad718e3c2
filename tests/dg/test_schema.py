from __future__ import annotations

import inspect
import json

import pytest

from dg import Categorical, Continuous, Schema

MBA = Schema(
    "MBA",
    (Categorical("technology", ("DSL", "cable", "fibre ü")), Continuous("distance", "km", low=0.0)),
    (Continuous("ping loss rate", low=0.0, high=1.0), Continuous("traffic counter", "byte")),
    max_length=56,
    period="6 h",
)


def test_json_gives_an_equal_schema_that_a_person_can_read() -> None:
    text = MBA.to_json()
    assert Schema.from_json(text) == MBA
    assert "fibre ü" in text
    assert json.loads(text)["metadata"][0] == {
        "type": "categorical",
        "name": "technology",
        "values": ["DSL", "cable", "fibre ü"],
    }


COUNTS = """{
  "name": "counts",
  "metadata": [],
  "measurements": [
    {
      "type": "continuous",
      "name": "load",
      "unit": "",
      "low": null,
      "high": null
    },
    {
      "type": "continuous",
      "name": "jobs",
      "unit": "",
      "low": 0.0,
      "high": null,
      "integer": true
    },
    {
      "type": "categorical",
      "name": "event",
      "values": [
        "idle",
        "run"
      ]
    }
  ],
  "max_length": 3,
  "period": ""
}"""


def test_a_file_names_integer_only_where_it_is_true() -> None:
    """A schema without counts and categories has the file that it always had."""
    measurements = (Continuous("load"), Continuous("jobs", low=0, integer=True), Categorical("event", ("idle", "run")))
    schema = Schema("counts", (), measurements, 3)
    assert schema.to_json() == COUNTS and Schema.from_json(COUNTS) == schema
    assert Continuous("jobs") != Continuous("jobs", integer=True) and "integer" not in MBA.to_json()
    said_twice = COUNTS.replace('"high": null\n', '"high": null,\n "integer": false\n')
    assert said_twice != COUNTS and Schema.from_json(said_twice) == schema


def test_a_file_names_constraints_only_where_they_are_stated() -> None:
    plain = (Continuous("used"), Continuous("free"), Continuous("all"), Continuous("sent"))
    stated = (
        Continuous("used", low=0, at_most="free"),
        Continuous("free", low=0),
        Continuous("all", sum_of=("used", "free")),
        Continuous("sent", increasing=True),
    )
    assert all(set(field) == KEYS for field in json.loads(Schema("s", (), plain, 3).to_json())["measurements"])
    text = Schema("s", (), stated, 3).to_json()
    further = [{k: v for k, v in field.items() if k not in KEYS} for field in json.loads(text)["measurements"]]
    assert further == [{"at_most": "free"}, {}, {"sum_of": ["used", "free"]}, {"increasing": True}]
    assert Schema.from_json(text) == Schema("s", (), stated, 3) and hash(stated) == hash(
        Schema.from_json(text).measurements
    )


KEYS = {"type", "name", "unit", "low", "high"}


def test_a_schema_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        MBA.name = "other"  # type: ignore[misc]
    assert hash(MBA) == hash(Schema.from_json(MBA.to_json()))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Categorical("kind", ()), "'kind' has no values"),
        (lambda: Categorical("kind", ("a", "a")), "'kind' names a value twice"),
        (lambda: Continuous("views", low=1.0, high=1.0), "'views' has low 1.0 >= high 1.0"),
        (
            lambda: Continuous("views", low=0.5, integer=True),
            "integer field 'views' has low 0.5, which is not a whole number: give it a whole low or leave out integer",
        ),
        (lambda: Schema("toy", (), (), 3), "'toy' has no measurements"),
        (
            lambda: Schema("toy", (), (Continuous("f"),), 0),
            "schema 'toy': max_length: Input should be greater than or equal to 1, got 0",
        ),
        (lambda: Schema("toy", (Continuous("f"),), (Continuous("f"),), 3), "names a field twice"),
    ],
)
def test_what_is_not_a_schema_is_refused_by_name(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("period"),
        lambda content: content["metadata"][0].update(type="os.system"),
        lambda content: content["metadata"][0].pop("values"),
        lambda content: content["measurements"][0].update(surprise=1),
        lambda content: content.update(max_length="many"),
        lambda content: content["measurements"][0].update(type="categorical", values=["a"]),
    ],
)
def test_json_that_is_not_a_schema_is_refused(change) -> None:
    content = json.loads(MBA.to_json())
    change(content)
    with pytest.raises(ValueError):
        Schema.from_json(json.dumps(content))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"schema"'])
def test_text_that_is_not_a_schema_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a schema"):
        Schema.from_json(text)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Continuous("views", low="abc"),
            "continuous field 'views': low: Input should be a valid number, got 'abc'",
        ),
        (
            lambda: Continuous("views", high=float("nan")),
            "continuous field 'views': high: Input should be a finite number",
        ),
        (lambda: Continuous(3), "continuous field 3: name: Input should be a valid string, got 3"),
        (
            lambda: Categorical("kind", (1, 2)),
            "categorical field 'kind': values: 0: Input should be a valid string, got 1",
        ),
        (
            lambda: Schema("toy", (), (Continuous("f"),), True),
            "schema 'toy': max_length: Input should be a valid integer",
        ),
        (
            lambda: Schema("toy", (), (Continuous("f"),), 7.0),
            "schema 'toy': max_length: Input should be a valid integer",
        ),
        (lambda: Schema("toy", (), ("f",), 7), "schema 'toy': measurements: 0.Categorical: "),
        (
            lambda: Continuous("views", integer=1),
            "continuous field 'views': integer: Input should be a valid boolean, got 1",
        ),
        (lambda: Schema("toy", (), tuple(Continuous(f"f{i}") for i in range(10_001)), 7), "more than 10,000"),
    ],
)
def test_types_are_those_of_the_annotations(make, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (Categorical, Continuous, Schema):  # without the tests' own check of types
        monkeypatch.setattr(part, "__init__", inspect.unwrap(part.__init__))
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda c: c["measurements"][0].update(low="abc"),
            "measurements.0.continuous.low: Input should be a valid number, got 'abc'",
        ),
        (lambda c: c.update(max_length=True), "max_length: Input should be a valid integer, got True"),
        (lambda c: c.update(max_length=7.0), "max_length: Input should be a valid integer, got 7.0"),
        (lambda c: c.update(name=3), "name: Input should be a valid string, got 3"),
        (lambda c: c.update(more=3), "more: Extra inputs are not permitted, got 3"),
        (lambda c: c["metadata"][0].update(values=["a", "a"]), "names a value twice: ['a']"),
        (
            lambda c: c["measurements"][0].update(integer="yes"),
            "measurements.0.continuous.integer: Input should be a valid boolean, got 'yes'",
        ),
        (
            lambda c: c["measurements"][0].update(integer=1),
            "measurements.0.continuous.integer: Input should be a valid boolean, got 1",
        ),
        (
            lambda c: c["measurements"][0].update(integer=None),
            "measurements.0.continuous.integer: Input should be a valid boolean, got None",
        ),
        (
            lambda c: c["metadata"][0].update(integer=True),
            "metadata.0.categorical.integer: Extra inputs are not permitted, got True",
        ),
        (
            lambda c: c["measurements"][0].update(integer=True, high=0.5),
            "integer field 'ping loss rate' has high 0.5, which is not a whole number",
        ),
        (
            lambda c: c["measurements"].append({"type": "categorical", "name": "event"}),
            "measurements.2.categorical.values: Field required",
        ),
        (
            lambda c: c["measurements"].append({"type": "categorical", "name": "event", "values": [1]}),
            "measurements.2.categorical.values.0: Input should be a valid string, got 1",
        ),
        (
            lambda c: c["measurements"].append({"type": "categorical", "name": "event", "values": []}),
            "categorical field 'event' has no values",
        ),
        (
            lambda c: c["measurements"].append({"type": "ordinal", "name": "event", "values": ["a"]}),
            "measurements.2: Input tag 'ordinal' found",
        ),
        (
            lambda c: c["measurements"].append({"type": "categorical", "name": "distance", "values": ["a"]}),
            "names a field twice: ['distance']",
        ),
        (lambda c: c["metadata"][1].update(name="technology"), "names a field twice: ['technology']"),
    ],
)
def test_json_of_wrong_types_is_refused_with_its_place(change, told: str) -> None:
    content = json.loads(MBA.to_json())
    change(content)
    with pytest.raises(ValueError) as caught:
        Schema.from_json(json.dumps(content), "schema.json")
    assert str(caught.value).startswith("schema.json: ") and told in str(caught.value)
