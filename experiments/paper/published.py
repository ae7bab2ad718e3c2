"""The paper's own numbers, typed in once; keys are the model names of conf/model."""

_CHALLENGES = ("correlated in time and metadata", "multi-dimensional measurements", "variable-length signals")
TABLE1 = {"wwt": _CHALLENGES[:1], "mba": _CHALLENGES[:2], "gcut": _CHALLENGES}

# Wasserstein-1 distance of total bandwidth in GB.
TABLE2 = {
    "DSL": {"doppelganger": 0.68, "ar": 1.34, "rnn": 2.33, "hmm": 3.46, "naive_gan": 1.14},
    "Cable": {"doppelganger": 0.74, "ar": 6.57, "rnn": 2.46, "hmm": 7.98, "naive_gan": 0.87},
}

TABLE3 = {
    "rnn": 0.1222,
    "ar": 0.2777,
    "hmm": 0.6030,
    "naive_gan": 0.0190,
    "timegan": 0.2384,
    "rcgan": 0.0103,
    "market_simulator": 0.0324,
    "doppelganger": 0.0009,
    "doppelganger_500": 0.0024,
}

# Hours on one V100, 50,000 training samples.
TABLE4 = {
    "naive_gan": 5,
    "market_simulator": 6,
    "hmm": 8,
    "rnn": 22,
    "rcgan": 29,
    "ar": 93,
    "timegan": 258,
    "doppelganger": 17,
}

# Spearman's rank correlation of prediction algorithms.
TABLE5 = {
    "gcut": {"doppelganger": 1.00, "ar": 1.00, "rnn": 1.00, "hmm": 0.01, "naive_gan": 0.90},
    "wwt": {"doppelganger": 0.80, "ar": 0.80, "rnn": 0.20, "hmm": -0.60, "naive_gan": -0.60},
}

# MSE of autocorrelation by training samples, as far as numbers are printed (Table 3), and how much it falls over two
# orders of magnitude; a drawing says the rest (§5.2).
FIGURE11 = {500: TABLE3["doppelganger_500"], 50_000: TABLE3["doppelganger"]}
FIGURE11_FALL = 0.6

# The MLP's accuracy with DoppelGANger's samples over that with real ones and with AR's, the next best (§5.2).
FIGURE13 = {"real": 0.80, "ar": 1.43}

# The share of right guesses about membership, by training samples; a drawing says the rest (§6.2).
FIGURE15 = {200: 0.995, 50_000: 0.51}
