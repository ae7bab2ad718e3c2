"""What tables and figures call the models, and their colours."""

from __future__ import annotations

NAMES = {
    "real": "Real (A against A′)",
    "bootstrap": "Bootstrap (resampled A)",
    "shuffled": "Shuffled in time",
    "doppelganger": "DoppelGANger",
    "doppelganger_500": "DoppelGANger, 500 training samples",
    "doppelganger_wide": "DoppelGANger, wide noise",
    "doppelganger_no_auxiliary": "DoppelGANger without auxiliary discriminator",
    "doppelganger_unnormalized": "DoppelGANger without auto-normalization",
    "doppelganger_plain": "DoppelGANger, as released for MBA and GCUT",
    "naive_gan": "Naive GAN",
    "timegan": "TimeGAN",
    "timegan_github2020": "TimeGAN, code of 2020",
    "rcgan": "RCGAN",
    "rcgan_best": "RCGAN, lowest MMD",
    "rcgan_glorot": "RCGAN, Glorot",
    "rcgan_glorot_best": "RCGAN, Glorot, lowest MMD",
    "rcgan_conditional": "RCGAN, conditional",
    "market_simulator": "Market Simulator",
    "rnn": "RNN",
    "ar": "AR",
    "hmm": "HMM",
}

CONTROLS = ("real", "bootstrap", "shuffled")

# Okabe and Ito's palette, then Tol's, which readers with colour-blindness can tell apart; real data are always black.
COLOURS = {
    "real": "#000000",
    "doppelganger": "#D55E00",
    "doppelganger_500": "#332288",
    "doppelganger_wide": "#882255",
    "doppelganger_no_auxiliary": "#0072B2",
    "doppelganger_unnormalized": "#0072B2",
    "doppelganger_plain": "#882255",
    "naive_gan": "#0072B2",
    "timegan": "#AA4499",
    "rcgan": "#999933",
    "rcgan_glorot": "#DDAA33",
    "market_simulator": "#44AA99",
    "rnn": "#009E73",
    "ar": "#CC79A7",
    "hmm": "#56B4E9",
    "bootstrap": "#7F7F7F",
    "shuffled": "#E69F00",
}


def label_of(model: object) -> str:
    """What a table or figure calls a model: its name in conf/model where it has no other."""
    return NAMES.get(str(model), str(model))
