"""Which test tones are in a piece of decoded audio."""

import numpy


def level(samples, hertz, rate=48000):
    """Amplitude (0 to 1) of the sinusoid at `hertz` in mono float samples, by a windowed Fourier bin."""
    if len(samples) == 0:
        return 0.0
    window = numpy.hanning(len(samples))
    turn = numpy.exp(-2j * numpy.pi * hertz * numpy.arange(len(samples)) / rate)
    return float(2 * abs(numpy.sum(samples * window * turn)) / numpy.sum(window))


def mono(pcm):
    """48 kHz stereo s16le octets as mono floats."""
    stereo = numpy.frombuffer(bytes(pcm[: len(pcm) // 4 * 4]), dtype="<i2").reshape(-1, 2)
    return stereo.mean(axis=1) / 32768
