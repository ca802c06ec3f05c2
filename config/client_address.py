"""The client address of a request, as far as the proxies in front of this server can be trusted."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever has one IPv6 address has a whole network.
ONE_CLIENT = 64


def address(request: HttpRequest) -> str | None:
    """
    The address that the request comes from; None for a unix socket without a trusted proxy.

    Each proxy appends the address of its client to X-Forwarded-For. So the last
    TRUSTED_PROXIES entries are true, and a client can forge only what comes before them.
    Because entries are counted from the right, forged ones are never used.
    """
    told = [entry for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    hops = [request.META.get("REMOTE_ADDR", ""), *reversed(told)][: settings.TRUSTED_PROXIES + 1]
    known = None
    for hop in hops:
        # An entry that our proxies would not write ends the chain; the last valid hop is the client.
        if (found := parsed(hop)) is None and hop:
            break
        known = found or known
    return str(known) if known else None


def client(request: HttpRequest) -> str | None:
    """The address under which login attempts are counted: for IPv6 the network."""
    found = address(request)
    if found and ":" in found:
        return str(ip_network(f"{found}/{ONE_CLIENT}", strict=False).network_address)
    return found


def parsed(hop: str) -> IPv4Address | IPv6Address | None:
    """Parse "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711"; IPv4-mapped IPv6 becomes IPv4."""
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
