"""The client address of a request, as far as the proxies in front of this server can be trusted."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever has one IPv6 address has a whole network of them.
ONE_CLIENT = 64


def address(request: HttpRequest) -> str | None:
    """
    Where the request comes from; None behind a unix socket of which no proxy tells more.

    Each proxy adds the address it was asked from at the end of X-Forwarded-For, so the
    last TRUSTED_PROXIES entries are true, and whoever asks can write what he likes before
    them. Counted from the right, nobody's invention is ever looked at.
    """
    told = [entry for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    hops = [request.META.get("REMOTE_ADDR", ""), *reversed(told)][: settings.TRUSTED_PROXIES + 1]
    known = None
    for hop in hops:
        # What no proxy of ours writes ends the chain: the last hop that can be read is who asked.
        if (found := parsed(hop)) is None and hop:
            break
        known = found or known
    return str(known) if known else None


def client(request: HttpRequest) -> str | None:
    """The address by which somebody who tries passwords is known: of IPv6 the network."""
    found = address(request)
    if found and ":" in found:
        return str(ip_network(f"{found}/{ONE_CLIENT}", strict=False).network_address)
    return found


def parsed(hop: str) -> IPv4Address | IPv6Address | None:
    """Of "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711"; an IPv4 address in IPv6 is the former."""
    host = hop.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
