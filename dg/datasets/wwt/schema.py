"""The schema of Wikipedia Web Traffic (Table 7)."""

from __future__ import annotations

from dg.schema import Categorical, Continuous, Schema

SCHEMA = Schema(
    name="wwt",
    metadata=(
        Categorical(
            "domain",
            (
                "commons.wikimedia.org",
                "de.wikipedia.org",
                "en.wikipedia.org",
                "es.wikipedia.org",
                "fr.wikipedia.org",
                "ja.wikipedia.org",
                "ru.wikipedia.org",
                "www.mediawiki.org",
                "zh.wikipedia.org",
            ),
        ),
        Categorical("access", ("all-access", "desktop", "mobile-web")),
        Categorical("agent", ("all-agents", "spider")),
    ),
    measurements=(Continuous("views", unit="views a day", low=0, integer=True),),
    max_length=550,
    period="1 day",
)
