"""Valid files made wrong at random, and the promise that a reader of wrong files keeps.

A format has a property test of its own in three lines: a valid file, a mutator, a reader.

    for rng in examples(20):
        file.write_bytes(mutated_bytes(valid, rng))
        refused_or_read(lambda: read(file))
"""

from __future__ import annotations

import copy
import json
import math
import os
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Rng = np.random.Generator
WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 1.5, -0.0, 1e-300, 1e308, math.nan, math.inf, -math.inf),
    *(2**31, 2**63, 2**64, -(2**63), 10**30, 10**4000),
    *("", "0", "false", "nonsense", "\x00", "a\nb", "ü\u202e", "x" * 100_000, [], [[]], [0, 0], ["a", 1], {}, {"a": 1}),
)
DEEP, LONG = "a place for what is nested deep", "a place for a number of many digits"


def examples(default: int) -> Iterator[Rng]:
    """A random stream for each example: `default` of them, or as many as the environment variable MUTATIONS says."""
    for seed in range(int(os.environ.get("MUTATIONS", default))):
        yield np.random.default_rng(seed)


def mutated_bytes(content: bytes, rng: Rng) -> bytes:
    """The bytes with a few bits flipped, a piece cut out, moved, repeated or overwritten; or other bytes altogether."""
    data, n = bytearray(content), len(content)
    edge = min(n, 256)  # headers and footers
    low, high = sorted(_places(rng, [(0, n), (0, edge), (n - edge, n)][rng.integers(3)], 2))
    match rng.integers(10):
        case 0 | 1 | 2:
            for place in _places(rng, (low, max(low + 1, high)), int(rng.integers(1, 9))):
                data[place] ^= 1 << int(rng.integers(8))
        case 3:
            del data[low:]
        case 4:
            del data[low:high]
        case 5:
            data[low:low] = data[low:high] * int(rng.integers(1, 4))
        case 6:
            data[low:high] = bytes([[0, 255, 32, 127][rng.integers(4)]]) * (high - low)
        case 7:
            number = [0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1][rng.integers(9)]
            data[low : low + 8] = number.to_bytes(8, ["little", "big"][rng.integers(2)])  # type: ignore[arg-type]
        case 8:
            data[low:high] = rng.bytes(high - low)
        case 9:
            data = bytearray([b"", b"\n", b"PK\x03\x04", b"\x80\x04.", rng.bytes(1000), content * 2][rng.integers(6)])
    return bytes(data)


def mutated_object(value: Any, rng: Rng, wrong: tuple[Any, ...] = WRONG) -> Any:
    """The dicts and lists with one field lost, swapped, renamed, repeated, or of a wrong type or size."""
    changed = {"": copy.deepcopy(value)}
    places = list(_containers(changed))
    container = places[rng.integers(len(places))]
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    if not keys:
        return wrong[rng.integers(len(wrong))]
    key, other = (keys[rng.integers(len(keys))] for _ in range(2))
    match rng.integers(8):
        case 0:
            del container[key]
        case 1:
            container[key], container[other] = container[other], container[key]
        case 2 if isinstance(container, dict):
            container[f"{key} "] = container[key]
        case 2:
            container.append(container[key])
        case 3:
            container[key] = [container[key]]
        case _:
            container[key] = wrong[rng.integers(len(wrong))]
    return changed.get("")


def mutated_json(content: bytes, rng: Rng) -> bytes:
    """The JSON with one field changed, or nested deep; one in four is changed as bytes."""
    if rng.random() < 0.25:
        return mutated_bytes(content, rng)
    text = json.dumps(mutated_object(json.loads(content), rng, (*WRONG, *[DEEP] * 3, LONG)))
    return text.replace(json.dumps(DEEP), "[" * 99_999 + "]" * 99_999).replace(json.dumps(LONG), "9" * 99_999).encode()


def mutated_safetensors(content: bytes, rng: Rng) -> bytes:
    """The header's JSON with one field changed and its length made right; or the bytes changed."""
    if rng.random() < 0.5:
        return mutated_bytes(content, rng)
    end = 8 + int.from_bytes(content[:8], "little")
    header = mutated_json(content[8:end], rng)
    return len(header).to_bytes(8, "little") + header + content[end:]


def refused_or_read(read: Callable[[], object], *, seconds: float = 5.0, megabytes: float = 1024.0) -> str | None:
    """What the reader says when it refuses, None where it reads: it raises ValueError or OSError and nothing else.

    It has so many seconds of the processor, however busy the machine is, and may raise the memory that this process
    ever held by so many megabytes.
    """
    begun, before = time.process_time(), _peak()
    try:
        read()
        said = None
    except (ValueError, OSError) as error:
        said = str(error)
        assert said, f"{error!r} says nothing"
    taken, grown = time.process_time() - begun, _peak() - before
    assert taken < seconds, f"it took {taken:.1f} s, and said {said}"
    assert grown < megabytes, f"it took {grown:.0f} MB, and said {said}"
    return said


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _places(rng: Rng, within: tuple[int, int], number: int) -> list[int]:
    low, high = within
    return [int(place) for place in rng.integers(low, max(low + 1, high), number)]


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)
