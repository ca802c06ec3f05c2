"""Durations and sizes, as people write them and read them."""

import pytest

from epic10.terminal import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h 30m", 5400), ("1h30m", 5400), ("2d", 172800), ("0.5s", 0.5)],
)
def test_a_duration_is_read(text, seconds):
    assert units.duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "5 minutes",
        "-5m",
        "5m!",
        "m",
        "1_000",
        "\uff11\uff12",
        "1e3",
        "9" * 400,
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r" is not a duration such as 90s, 5m or 1h 30m\.$"):
        units.duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("20GB", 20 * 2**30), ("512 mb", 512 * 2**20), ("1.5kB", 1536), ("10", 10), ("1TB", 2**40)]
)
def test_a_size_is_read(text, size):
    assert units.size(text) == size


@pytest.mark.parametrize("text", ["", "lots", "20 gigabytes", "-1GB", "1_000", "\uff11\uff12", "9" * 400])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match=r" is not a size such as 512MB or 20GB\.$"):
        units.size(text)


@pytest.mark.parametrize("text", ["9999999999999999999", "3651d", "1111111111111111111d"])
def test_a_duration_that_nobody_waits_for_is_refused(text):
    with pytest.raises(ValueError, match=r"^\"[0-9d]+\" is longer than 3650 d\.$"):
        units.duration(text)


def test_a_size_that_no_disk_has_is_refused():
    with pytest.raises(ValueError, match=r'^"9000000TB" is more than any disk holds\.$'):
        units.size("9000000TB")


@pytest.mark.parametrize("parse", [units.duration, units.size])
def test_reading_takes_time_in_proportion_to_the_text(parse):
    """It was exponential: 22 digits and a letter took six seconds, and these would outlast the suite."""
    with pytest.raises(ValueError, match=r"^\"1{57}\.\.\.\" is not "):
        parse("1" * 100_000 + "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1.0",
        "1_000",
        "\uff11\uff12",
        "²",
        "0x10",
        "9" * 400,
        "0",
        "2147483648",
    ],
)
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(ValueError, match=r" is not a whole number from 1 to 2,147,483,647\.$"):
        units.whole_number(text)


def test_a_whole_number_is_read():
    assert [units.whole_number("7"), units.whole_number("-7", least=-9)] == [7, -7]


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
