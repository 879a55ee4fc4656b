"""A way from the cluster's pods to a server that listens on this machine's loopback alone."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def relayed(address: str, port: int) -> Iterator[int]:
    """Listen on an address of this machine, and pass everything on to a port of loopback.

    Args:
        address: Where pods reach this machine.
        port: The port of loopback.

    Yields:
        The port to give to pods.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, back), _copy(there, writer))

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(accept, address, 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for one in connections:
        one.cancel()
    await asyncio.gather(*connections, return_exceptions=True)
