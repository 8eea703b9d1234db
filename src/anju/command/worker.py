"""The worker process: runs planned jobs, and takes back jobs whose worker died.

A job that a killed worker left as "doing" is put back after its worker's heartbeat is older than 30 seconds;
every handler is idempotent, so running it again is safe.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from datetime import datetime

import django

from anju.command import clocks

STALLED_AFTER_SECONDS = 30
_LOG = logging.getLogger(__name__)


async def _take_back_stalled(app: object) -> None:
    manager = app.job_manager  # type: ignore[attr-defined]
    while True:
        try:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
                await manager.retry_job(job)
            await manager.prune_stalled_workers(STALLED_AFTER_SECONDS)
        except Exception:
            _LOG.exception("could not look for stalled jobs")
        await asyncio.sleep(10)


async def _serve(concurrency: int) -> None:
    from procrastinate.contrib.django import app

    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            watcher = asyncio.create_task(_take_back_stalled(worker_app))
            try:
                await worker_app.run_worker_async(
                    concurrency=concurrency,
                    wait=True,
                    fetch_job_polling_interval=2.0,
                    update_heartbeat_interval=5.0,
                    stalled_worker_timeout=STALLED_AFTER_SECONDS,
                    shutdown_graceful_timeout=10.0,
                    delete_jobs="never",
                    install_signal_handlers=True,
                )
            finally:
                watcher.cancel()


def _database_time() -> datetime:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(clocks.ASK)
        found: datetime = cursor.fetchone()[0]
    connection.close()
    return found


def run(concurrency: int = 2) -> int:
    """Serve until SIGTERM or SIGINT; 1 with one sentence where the machine's clock is not the database's."""
    django.setup()
    unlike = clocks.refuse_unlike(_database_time)
    if unlike:
        print(f"没有启动：{unlike}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(_serve(int(os.environ.get("ANJU_WORKER_CONCURRENCY", concurrency))))
    except KeyboardInterrupt:
        return 0
    return 0
