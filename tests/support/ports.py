"""Ports for what tests start."""

from onedata_hub.launch.state import free_ports


def free_port() -> int:
    """Give a port of loopback that nobody holds now, and that the system gives to no client."""
    return free_ports(1)[0]
