"""Whose request it is: counted from the right, no entry that somebody invents is looked at."""

import pytest
from django.test import RequestFactory

from config.client_address import address, client

CLIENT, INVENTED, OUTER, INNER = "198.51.100.7", "203.0.113.99", "192.0.2.10", "10.0.0.2"


def asked(peer, forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "found"),
    [
        (0, CLIENT, None, CLIENT),
        (0, CLIENT, INVENTED, CLIENT),
        (1, INNER, CLIENT, CLIENT),
        (1, INNER, f"{INVENTED}, {CLIENT}", CLIENT),
        (1, INNER, f"{INVENTED}, nonsense,, ' OR 1=1, {CLIENT}", CLIENT),
        (2, INNER, f"{CLIENT}, {OUTER}", CLIENT),
        (2, INNER, f"{INVENTED}, {CLIENT}, {OUTER}", CLIENT),
        # Past the outer proxy there is nothing to be believed.
        (2, INNER, CLIENT, CLIENT),
        (1, CLIENT, None, CLIENT),
        (1, INNER, "unknown", INNER),
        (1, INNER, f"{INVENTED}, unknown", INNER),
        (1, "", CLIENT, CLIENT),
        (0, "", INVENTED, None),
        (1, INNER, f"{CLIENT}:4711", CLIENT),
        (1, INNER, "[2001:db8::5]:4711", "2001:db8::5"),
        (1, INNER, "::ffff:198.51.100.7", CLIENT),
        (1, INNER, "2001:db8::5%eth0", "2001:db8::5"),
    ],
)
def test_the_client_is_as_many_entries_from_the_right_as_proxies_are_trusted(settings, proxies, peer, forwarded, found):
    settings.TRUSTED_PROXIES = proxies
    assert address(asked(peer, forwarded)) == found


def test_whoever_has_one_address_of_ipv6_has_a_network_of_them(settings):
    settings.TRUSTED_PROXIES = 0
    assert {client(asked(f"2001:db8:1:2::{host:x}")) for host in range(1, 99)} == {"2001:db8:1:2::"}
    assert client(asked("2001:db8:1:3::1")) == "2001:db8:1:3::"
    assert client(asked(CLIENT)) == CLIENT
