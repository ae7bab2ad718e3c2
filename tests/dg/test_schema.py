from __future__ import annotations

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
        (lambda: Schema("toy", (), (), 3), "'toy' has no measurements"),
        (lambda: Schema("toy", (), (Continuous("f"),), 0), "max_length 0"),
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
