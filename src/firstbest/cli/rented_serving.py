"""What `firstbest rented` does: run, keep, answer, and send what was used as an event."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.making import stop

if TYPE_CHECKING:
    from firstbest.rehearse.invoicing import House
    from firstbest.store.usage_book import BillingBook


def now_of(house: House) -> int:
    """The instant of the wall clock where the rehearsal covers it, else the rehearsal's last."""
    return max(min(time.time_ns() // 1000, house.now - 1), house.network.calendar.start_us)


def used(house: House, book: BillingBook, cells: dict[str, str | int]) -> None:
    """Send an event of the house's own services."""
    from firstbest.store.usage_events import Known, send, told_instant

    cells["at"] = told_instant(now_of(house))
    send(book, cells, Known(house.names, house.now, house.network.calendar.start_us))


def require_tenant(house: House, tenant: str) -> None:
    """A tenant of the house."""
    if tenant not in house.names.tenants:
        raise stop(f"expected a tenant ({', '.join(house.names.tenants[:8])} ...), found '{tenant}'")


def allowed(house: House, book: BillingBook, tenant: str, wanted: tuple[str, int]) -> int | None:
    """Stop where limits.toml says that a tenant may not; answers what is left of its quota, None where it has none."""
    from firstbest.rehearse.invoicing_limits import LimitReached, require
    from firstbest.rent.meters import METER_CODES
    from firstbest.rent.quotas import Wish

    meter, quantity = wanted
    wish = Wish(house.names.tenants.index(tenant), METER_CODES[meter], quantity)
    try:
        return require(house, book, wish, now_of(house))
    except LimitReached as reached:
        raise stop(f"tenant '{tenant}': {reached}") from None


def byte_hours(house: House, file: Path) -> int:
    """What a file comes to if it is kept until the end of the month."""
    from firstbest.rehearse.invoicing_limits import month_of
    from firstbest.world.units import HOUR_US

    now = now_of(house)
    size = file.stat().st_size if file.is_file() else 0
    return size * -((now - month_of(house, now)[1]) // HOUR_US)


def run_one(place: Place, tenant: str, workspace: Path, quota_ms: int) -> None:
    """Put a job into the queue and run what is next in turn."""
    if workspace.resolve() == place.folder.resolve():
        raise stop(f"expected a workspace of the tenant's own, found the house's: '{workspace}'")
    with opened(place) as (house, book):
        from firstbest.store.usage_jobs import next_job, run_job, submit, used_ms

        require_tenant(house, tenant)
        left = allowed(house, book, tenant, ("job_cpu_ms", 1))
        most = quota_ms if left is None else min(quota_ms, used_ms(book, tenant) + left)
        mine = submit(book, tenant, workspace, now_of(house))
        while (job := next_job(book)) is not None:
            done = run_job(book, job, most if job.tenant == tenant else quota_ms)
            seconds = done.cpu_ms / 1000
            typer.echo(f"job {done.number} of {done.tenant}: {done.state}, {seconds:,.2f} processor seconds")
            if done.cpu_ms:
                cells: dict[str, str | int] = {"source": "jobs", "id": str(done.number), "tenant": done.tenant}
                used(house, book, cells | {"meter": "job_cpu_ms", "quantity": done.cpu_ms})
            if done.number == mine.number:
                break


def keep_file(place: Place, tenant: str, put: Path | None, remove: str | None) -> None:
    """Keep, remove or list."""
    with opened(place) as (house, book):
        from firstbest.store import usage_files

        require_tenant(house, tenant)
        if put is not None:
            allowed(house, book, tenant, ("file_byte_hours", byte_hours(house, put)))
            usage_files.put(book, house.bills, tenant, put, now_of(house))
        if remove is not None:
            usage_files.take_away(book, house.bills, tenant, remove, now_of(house))
        for each in usage_files.kept(book, tenant):
            if each.kept_until is None:
                typer.echo(f"{each.name:<40} {each.bytes:>14,} bytes  sha-256 {each.digest[:16]}")


def answer(place: Place, tenant: str, sql: str) -> None:
    """Answer one query as tab-separated text."""
    with opened(place) as (house, book):
        from firstbest.store.usage_tables import QueryRefused, Tables

        require_tenant(house, tenant)
        code = house.names.tenants.index(tenant)
        tables = Tables(house.output / "facts", house.basis.item_tenant.tolist(), code)
        try:
            found = tables.query(sql, lambda size: allowed(house, book, tenant, ("table_bytes", size)))
        except QueryRefused as refused:
            raise stop(str(refused)) from None
        finally:
            tables.close()
        typer.echo("\t".join(found.columns))
        for row in found.rows:
            typer.echo("\t".join(map(str, row)))
        if found.more:
            typer.echo(f"and more; {len(found.rows):,} rows are shown", err=True)
        typer.echo(f"{found.bytes_scanned:,} bytes scanned", err=True)
        name = f"{now_of(house)}-{len(book.events(waiting=False))}"
        cells: dict[str, str | int] = {"source": "tables", "id": name, "tenant": tenant, "meter": "table_bytes"}
        used(house, book, cells | {"quantity": found.bytes_scanned})
