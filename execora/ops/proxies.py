"""Which proxies are believed when they tell a client's address and scheme. Pure: reads only what it is given."""

import ipaddress
from collections.abc import Iterable


def trusted_networks(names: Iterable[str]) -> list[str]:
    """Return the networks that `names` (addresses, or networks such as 10.0.0.0/8) stand for, as uvicorn's
    ProxyHeadersMiddleware takes them: an IPv4 network also as a server that listens on IPv6 sees it.

    Raises: ValueError with a sentence. uvicorn takes what it cannot read for the name of a host that never comes.
    """
    networks: list[str] = []
    for name in names:
        try:
            network = ipaddress.ip_network(name)
        except ValueError:
            raise ValueError(f"{name!r} is no address and no network: write 10.0.0.7 or 10.0.0.0/8.") from None
        if not network.prefixlen:
            raise ValueError(f"{name!r} is everybody: whoever is believed chooses the address that limits count.")
        networks.append(str(network))
        if isinstance(network, ipaddress.IPv4Network):
            networks.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return networks
