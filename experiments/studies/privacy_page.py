"""One page about membership inference for a data holder (§6.2): verdicts, numbers, promises, and what nobody tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from benchmarks.attacks import luck
from benchmarks.attacks.candidates import EVERY, OUTLYING, SHARE
from benchmarks.attacks.guessing import FALSE_POSITIVES, FEWEST, LEVEL, Outcome, Rate, chance_interval, needed
from benchmarks.two_sample import TwoSample
from dg.card import Card
from experiments.ink.numbers import percent
from experiments.paper.published import FIGURE15
from experiments.studies.attacks import CRITIC, DISTANCE, LIRA, RATIO, Attempt
from experiments.studies.promise import promise, terms_of

CLAIM = 0.55  # a success rate that should not stay unseen: the page says how many samples it takes
SHOWN = 12  # groups; the others are in privacy.json
HIGHEST = "the highest"
WHO = {
    CRITIC: "for who holds the model file",
    LIRA: "for who holds the model file and trains others like it",
    RATIO: "for who has generated samples, and others of the same kind as the members",
    DISTANCE: "for who has generated samples alone",
}
UNTRAINED = "shadow models (LiRA): who trains many models like this one finds more than the attacks above"
NOT_TESTED = (
    "attribute inference: what a model gives away about the rest of a sample of which somebody knows a part",
    "several series of one person: the attacks and ε are about one sample, and a person with many is seen better",
    "attackers who see several models or tables made from the same data, or who can ask for retraining",
    "samples of other kinds than the non-members, and whatever is found out after today",
)


@dataclass(frozen=True)
class Examined:
    """What is known of a model, or of samples of somebody's generator.

    subject, members_name, nonmembers_name: what the page calls them, names of files
    members, nonmembers, generated: how many samples there are
    attempts: of each attack on all candidates and on groups of them
    critic: why the critic was not asked; empty where it was
    alike: how well a classifier tells members from non-members without any model; None: too few samples
    fingerprint: of the members
    card: of the model; None for samples, and for a model that says nothing
    model: whether it is a model
    shadows: how many shadow models were trained for the likelihood ratio
    """

    subject: str
    members_name: str
    nonmembers_name: str
    members: int
    nonmembers: int
    generated: int
    attempts: Sequence[Attempt]
    critic: str
    alike: TwoSample | None
    fingerprint: str
    card: Card | None
    model: bool
    shadows: int = 0

    @property
    def whole(self) -> dict[str, Outcome]:
        """Each attack on all candidates."""
        return {attempt.attack: attempt.outcome for attempt in self.attempts if attempt.group == EVERY}

    @property
    def training(self) -> int:
        """How many training samples there were, as far as anybody says."""
        return self.members if self.card is None else self.card.samples


def page(found: Examined) -> str:
    """The page in Markdown."""
    return "\n\n".join(
        [
            f"# Can training samples be told by {found.subject}?",
            _who(found),
            "## Verdict",
            verdict(found),
            "## Numbers",
            _numbers(found),
            _groups(found),
            "## What was promised",
            promise(found.card, found.model, max(outcome.epsilon for outcome in found.whole.values())),
            "## What was not tested",
            "That no attack succeeds proves nothing: a better one may. Not tested were",
            "- " + ";\n- ".join([UNTRAINED, *NOT_TESTED][bool(found.shadows) :]) + ".",
            "## What helps",
            _advice(found),
            "![generated samples beside the nearest real ones](privacy.png)",
        ]
    )


def verdict(found: Examined) -> str:
    """A sentence for the strongest attack, one for each, and what weakens them all."""
    whole = found.whole
    counted = sum(luck.least(outcome)[1] for outcome in whole.values())
    strongest = min(whole, key=lambda attack: (luck.least(whole[attack])[0], -whole[attack].success))
    first = (
        f"The strongest attack, by the {strongest}, tells members from non-members in "
        f"{_said(whole[strongest], counted)}"
    )
    each = [f"- The {attack}, {WHO[attack]}: {_said(outcome, counted)}" for attack, outcome in whole.items()]
    if found.critic:
        each.insert(0, f"- The {CRITIC} was not asked: {found.critic}.")
    told = (
        f"Found means: if members and non-members could have changed places, guessing would have as high a number, in "
        f"any of the {counted} that are looked at, in less than {percent(1 - LEVEL)} of trials."
    )
    return "\n\n".join(part for part in (first, "\n".join(each), told, _alike(found), _power(whole)) if part)


def _said(outcome: Outcome, counted: int) -> str:
    """What an attack achieved, where guessing would be, and whether that is luck; `counted` numbers are looked at."""
    low, high = chance_interval(outcome.members, outcome.nonmembers)
    said = f"{percent(outcome.success)} of its guesses, where {percent(low)} to {percent(high)} is chance"
    rates = [rate for rate in outcome.rates if rate and luck.of_rate(rate, outcome) * counted < 1 - LEVEL]
    for rate in rates[:1]:
        said += f", and finds {percent(rate.value)} of the members at {percent(rate.at)} false alarms"
    least, _ = luck.least(outcome)
    if least * counted < 1 - LEVEL:
        return f"{said}: **found**, guessing does as well {_often(least)}."
    if outcome.success > high:
        return f"{said}: in doubt, for among {counted} numbers one so high is no rare luck; judge more samples."
    if outcome.success < low:
        return f"{said}: **not found**, but so few right guesses are an attack turned round: look at the two tables."
    return f"{said}: **not found**, guessing does as well {_often(luck.of_success(outcome))}."


def _alike(found: Examined) -> str:
    """Whether the two tables could have changed places, which all of this supposes."""
    if found.alike is None:
        return "Members and non-members should be of one kind. Here are too few of them to see whether they are."
    rate = f"{percent(found.alike.accuracy)} of them apart ({percent(found.alike.low)} to {percent(found.alike.high)})"
    if found.alike.low > 0.5:
        return (
            f"**The two tables differ**: without any model a classifier tells {rate}. What an attack finds may be that "
            "difference; draw members and non-members at random from one table."
        )
    return f"Members and non-members should be of one kind: without any model a classifier tells {rate}."


def _power(whole: dict[str, Outcome]) -> str:
    judged, takes = min(outcome.members for outcome in whole.values()), luck.members_for(CLAIM)
    if judged >= takes:
        return ""
    return (
        f"**Too few for a claim that nothing is told**: {judged:,} members and as many non-members are judged, and it "
        f"takes {takes:,} of each for {percent(CLAIM)} of right guesses to stand out from chance."
    )


def _numbers(found: Examined) -> str:
    """A row an attack, then the highest of each number."""
    rows = []
    for attack, outcome in found.whole.items():
        low, high = chance_interval(outcome.members, outcome.nonmembers)
        rows.append(
            {
                "attack": attack,
                "members, others": f"{outcome.members:,}, {outcome.nonmembers:,}",
                "right guesses": percent(outcome.success),
                "chance, 95 %": f"{percent(low)} to {percent(high)}",
                "AUC": f"{outcome.auc:.3f}",
                **{
                    f"found at {100 * at:g} % false": _rate(at, rate)
                    for at, rate in zip(FALSE_POSITIVES, outcome.rates, strict=True)
                },
                "ε at least": f"{outcome.epsilon:.2f}",
            }
        )
    outcomes = list(found.whole.values())
    highest = {"attack": HIGHEST, "right guesses": percent(max(outcome.success for outcome in outcomes))}
    highest |= {"AUC": f"{max(outcome.auc for outcome in outcomes):.3f}"}
    for at, rates in zip(FALSE_POSITIVES, zip(*(outcome.rates for outcome in outcomes), strict=True), strict=True):
        known = [rate for rate in rates if rate is not None]
        highest[f"found at {100 * at:g} % false"] = percent(max(rate.value for rate in known)) if known else ""
    highest["ε at least"] = f"{max(outcome.epsilon for outcome in outcomes):.2f}"
    notes = (
        "As many samples are called members as there are. Found: the share of members above a threshold that so few "
        "non-members exceed (Clopper-Pearson, 95 %). ε at least: with 95 % confidence the training was not "
        f"differentially private with a smaller ε{_at_delta(found.card)}; 0 shows nothing. {HIGHEST.capitalize()} are "
        "not corrected for the choice."
    )
    if found.shadows:
        notes += (
            f" The {LIRA} is by {found.shadows} shadow models (LiRA), each trained on a random half of the members and "
            "non-members as the card says this one was: with more it is surer."
        )
    return f"{_markdown([*rows, highest])}\n\n{notes}"


def _groups(found: Examined) -> str:
    """The samples that stand out and each class of metadata, by the attack that does best on it."""
    attempts = [attempt for attempt in found.attempts if attempt.group != EVERY]
    if not attempts:
        return "No group of samples has ten members and ten others."
    chances = {attempt: luck.of_success(attempt.outcome) for attempt in attempts}
    best: dict[str, Attempt] = {}
    for attempt in sorted(attempts, key=chances.__getitem__):
        best.setdefault(attempt.group, attempt)
    rows = []
    for group, (attack, _, outcome) in list(best.items())[:SHOWN]:
        low, high = chance_interval(outcome.members, outcome.nonmembers)
        rows.append(
            {
                "samples": group,
                "strongest attack": attack,
                "members, others": f"{outcome.members:,}, {outcome.nonmembers:,}",
                "right guesses": percent(outcome.success),
                "chance, 95 %": f"{percent(low)} to {percent(high)}",
                "ε at least": f"{outcome.epsilon:.2f}",
                "found": "yes" if chances[best[group]] * len(attempts) < 1 - LEVEL else "no",
            }
        )
    several = sum(chances[attempt] * len(attempts) < 1 - LEVEL for attempt in best.values())
    others = f" {len(best) - SHOWN} more are in privacy.json." if len(best) > SHOWN else ""
    if OUTLYING not in best:
        others += (
            f" The {OUTLYING} of the samples are not among them: it takes {FEWEST / SHARE:.0f} of each to be judged."
        )
    return (
        f"By groups, those farthest from all others (worst cases) and each class of metadata: {several} of "
        f"{len(best)} are found, once all {len(attempts)} attempts are counted.{others}\n\n{_markdown(rows)}"
    )


def _who(found: Examined) -> str:
    told = ""
    if found.card is not None and found.fingerprint == found.card.fingerprint:
        told = " The members are the very table that the card speaks of, by its fingerprint."
    elif found.card is not None:
        told = (
            f" The card speaks of {found.card.samples:,} training samples with another fingerprint: whether members "
            "are among them is your word, and attacks find nobody who was not."
        )
    made = f"drawn from {found.subject}" if found.model else f"of {found.subject}"
    return (
        f"{found.members:,} members, the samples of {found.members_name}, which should have been trained on; "
        f"{found.nonmembers:,} different non-members of {found.nonmembers_name}, which should not; "
        f"{found.generated:,} generated samples {made}.{told}"
    )


def _advice(found: Examined) -> str:
    few, many = min(FIGURE15), max(FIGURE15)
    lines = [
        f"Training had {found.training:,} samples. In the paper the critic was right in {percent(FIGURE15[few])} of "
        f"guesses with {few:,} training samples, and in {percent(FIGURE15[many])} with {many:,} (§6.2, Figure 15)"
    ]
    if found.training < many:
        lines[0] += ": train on more, and not on a subset, and look again."
    else:
        lines[0] += ". As many are no promise: data and models differ."
    if found.card is None or found.card.privacy is None:
        lines.append("Training with differential privacy bounds every attack, at a cost in fidelity: docs/privacy.md.")
    if found.model and not found.critic:
        lines.append("Who gets generated samples in place of the model file cannot ask its critic.")
    return "\n\n".join(lines)


def _at_delta(card: Card | None) -> str:
    return f" at the card's δ = {terms.delta:.3g}" if (terms := terms_of(card)) else ""


def _rate(at: float, rate: Rate | None) -> str:
    if rate is None:
        return f"needs {needed(at):,} others"
    return f"{percent(rate.value)} ({percent(rate.low)} to {percent(rate.high)})"


def _often(probability: float) -> str:
    return f"in {percent(probability)} of trials" if probability >= 1e-6 else "in less than one of a million trials"


def _markdown(rows: list[dict[str, str]]) -> str:
    """Names of values may be a stranger's: no bar ends a cell, and no line a row."""
    table = pd.DataFrame(rows).fillna("").map(lambda cell: " ".join(cell.replace("|", "¦").split()))
    return table.to_markdown(index=False, disable_numparse=True)
