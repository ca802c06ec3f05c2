"""A proxy through which everything reaches a server a number of seconds late."""

import asyncio
import contextlib
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode

from psycopg.conninfo import conninfo_to_dict

PORT = 5432
CHUNK = 1 << 20


@contextlib.contextmanager
def through(url: str, seconds: float):
    """The URL of the same database, whose answers come as fast as ever."""
    known = conninfo_to_dict(url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    with tempfile.TemporaryDirectory(prefix="late-") as directory:
        Path(directory).chmod(0o755)
        thread.start()
        listening = asyncio.run_coroutine_threadsafe(_listen(Path(directory), known, seconds), loop).result()
        parts = known | {"host": directory, "port": PORT}
        try:
            yield f"postgresql:///{parts.pop('dbname', '')}?{urlencode(parts)}"
        finally:
            loop.call_soon_threadsafe(listening.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


async def _listen(directory: Path, known: dict, seconds: float):
    async def take(reader, writer):
        there, back = await _connect(known)
        await asyncio.gather(_pump(reader, back, seconds), _pump(there, writer, 0), return_exceptions=True)

    socket = directory / f".s.PGSQL.{PORT}"
    listening = await asyncio.start_unix_server(take, socket)
    socket.chmod(0o777)
    return listening


def _connect(known: dict):
    host, port = known.get("host", "localhost"), known.get("port", PORT)
    if host.startswith("/"):
        return asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return asyncio.open_connection(host, int(port))


async def _pump(reader, writer, seconds: float):
    try:
        while chunk := await reader.read(CHUNK):
            await asyncio.sleep(seconds)
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()
