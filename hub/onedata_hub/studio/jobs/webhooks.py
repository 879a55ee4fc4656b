"""Send a run's end to a URL that a person chose, and to nothing on our side of the wall.

A URL is a way for its author to have the studio speak: to the hub's API, to a cloud's metadata
service, to databases. So its name is resolved here, each address is judged, and the connection
goes to the very address that was judged. Redirects are not followed.
"""

import ipaddress
import json
import socket
from asyncio import get_running_loop
from typing import Any

import httpx

from onedata_hub.studio.jobs.deliveries import Hopeless, TryLater

_TIMEOUT_SECONDS = 15.0
_MAY_CHANGE = frozenset({408, 409, 425, 429})
DELIVERY_HEADER = "Onedata-Delivery"


def is_public(address: str) -> bool:
    """Say whether an address is on the open internet; the one inside a mapped address counts."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


async def send_webhook(url: str, payload: dict[str, Any], delivery_id: str, *, allow_private: bool) -> None:
    """POST a payload as JSON.

    Args:
        url: Where to.
        payload: What to say.
        delivery_id: The same for each try, so that the receiver can tell a repeated one.
        allow_private: Whether loopback and private addresses may be spoken to.

    Raises:
        Hopeless: If the address may not be spoken to, or the receiver will never take it.
        TryLater: If nothing answers, or the receiver asks for patience.
    """
    target = httpx.URL(url)
    address = await _resolve(target, allow_private=allow_private)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "one-data-studio",
        "Host": target.netloc.decode("ascii"),
        DELIVERY_HEADER: delivery_id,
    }
    # The certificate is checked against the name, though the connection goes to the address.
    extensions = {"sni_hostname": target.raw_host.decode("ascii")}
    body = json.dumps(payload).encode()
    try:
        # Proxies of the environment would resolve the name again, behind our back.
        async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_SECONDS) as client:
            request = client.build_request(
                "POST", target.copy_with(host=address), content=body, headers=headers, extensions=extensions
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()
    except httpx.HTTPError as error:
        raise TryLater(f"{target.host} does not answer ({type(error).__name__}).") from error
    _judge(answer.status_code, target.host)


async def _resolve(target: httpx.URL, *, allow_private: bool) -> str:
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        found = await get_running_loop().getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryLater(f"The name {target.host} cannot be resolved.") from error
    addresses = [str(entry[4][0]) for entry in found]
    refused = [address for address in addresses if not is_public(address)]
    if refused and not allow_private:
        raise Hopeless(
            f"{target.host} is {refused[0]}, an address that is not on the open internet. Use a public one, or "
            "have an administrator set ONEDATA_STUDIO_WEBHOOK_ALLOW_PRIVATE=true."
        )
    return addresses[0]


def _judge(status: int, host: str) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Hopeless(f"{host} answered {status}, a redirect; webhooks follow none. Give the final URL.")
    if 400 <= status < 500 and status not in _MAY_CHANGE:
        raise Hopeless(f"{host} answered {status}.")
    raise TryLater(f"{host} answered {status}.")
