"""Which network addresses are public. Knows every writing of one that the system's resolver knows."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

PUBLIC_V6 = IPv6Network("2000::/3")
"""All of IPv6 that is given out to anybody: what lies outside is reserved, local or a translation."""

TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: the last four bytes are the IPv4 address that is reached."""

NOT_GIVEN_OUT = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("3fff::/20"),
    IPv6Network("2001:db8::/32"),
)
"""Reserved for protocols and examples, though not everywhere known as such."""


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet, whatever it is wrapped in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inside = _inside(found) if isinstance(found, IPv6Address) else None
    if inside is not None:
        return _is_public(inside)
    return _is_public(found)


def is_this_machine(address: str) -> bool:
    """Say whether an address is this machine's own: 127.0.0.0/8 or ::1."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def written(host: str) -> str | None:
    """Return the address that a host is, None for a name: 2130706433 and 0x7f.1 are addresses too."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except (OSError, UnicodeError):
        return None


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if any(found in network for network in NOT_GIVEN_OUT if network.version == found.version):
        return False
    if isinstance(found, IPv6Address) and found not in PUBLIC_V6:
        return False
    return found.is_global and not found.is_multicast


def _inside(found: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, None when it stands for none."""
    if found in TRANSLATED:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    teredo = found.teredo
    return found.ipv4_mapped or found.sixtofour or (teredo[1] if teredo else None)
