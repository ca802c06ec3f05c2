"""Durations and sizes, as people write them and read them."""

import pytest

from epic10 import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h 30m", 5400), ("1h30m", 5400), ("2d", 172800), ("0.5s", 0.5)],
)
def test_a_duration_is_read(text, seconds):
    assert units.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 minutes", "-5m", "5m!", "m"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r" is not a duration such as 90s, 5m or 1h 30m\.$"):
        units.duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("20GB", 20 * 2**30), ("512 mb", 512 * 2**20), ("1.5kB", 1536), ("10", 10), ("1TB", 2**40)]
)
def test_a_size_is_read(text, size):
    assert units.size(text) == size


@pytest.mark.parametrize("text", ["", "lots", "20 gigabytes", "-1GB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match=r" is not a size such as 512MB or 20GB\.$"):
        units.size(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.004, "4 ms"), (0.4, "0.4 s"), (5, "5 s"), (12.3, "12 s"), (200, "3 m 20 s"), (7500, "2 h 5 m")],
)
def test_a_duration_is_shown(seconds, text):
    assert units.seconds(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1000, "1,000 B"), (432 * 2**20, "432 MB"), (1.3 * 2**30, "1.3 GB")]
)
def test_a_size_is_shown(size, text):
    assert units.amount(size) == text
