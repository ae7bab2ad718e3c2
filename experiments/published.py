"""The paper's own numbers, typed in once; keys are the model names of conf/model."""

TABLE3 = {
    "rnn": 0.1222,
    "ar": 0.2777,
    "hmm": 0.6030,
    "naive_gan": 0.0190,
    "timegan": 0.2384,
    "rcgan": 0.0103,
    "market_simulator": 0.0324,
    "doppelganger": 0.0009,
    "doppelganger, 500 training samples": 0.0024,
}

NAMES = {
    "real": "Real (A against A′)",
    "bootstrap": "Bootstrap (resampled A)",
    "shuffled": "Shuffled in time",
    "doppelganger": "DoppelGANger",
    "doppelganger_wide": "DoppelGANger, wide noise",
    "naive_gan": "Naive GAN",
    "rnn": "RNN",
    "ar": "AR",
    "hmm": "HMM",
}

CONTROLS = ("real", "bootstrap", "shuffled")
