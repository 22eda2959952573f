"""Routes of bills: usage, forecast, invoices, disputes, service credits, limits. A tenant sees its own alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from firstbest.present.invoice import Party, account_of
from firstbest.present.invoice_page import page
from firstbest.present.invoice_sheet import sheets
from firstbest.rehearse.invoicing import House, asked_month, cards_of_house, cards_of_texts, close_until
from firstbest.rehearse.invoicing_check import reconciled
from firstbest.rehearse.invoicing_disputes import Claim, contest, decide, disputes_of, label_of
from firstbest.rehearse.invoicing_running import events_by_meter, used_of
from firstbest.rehearse.invoicing_trace import trace
from firstbest.rent.compile import compile_cards
from firstbest.rent.disputes import DisputeState
from firstbest.rent.lines import Invoice, LineKind, month_name
from firstbest.service import billing_views as views
from firstbest.service.access import Http, Json, bearer_of, bills_of, door_of
from firstbest.service.bodies import Micros
from firstbest.service.keyring import OWNER, Bearer
from firstbest.service.problems import Problem
from firstbest.service.stock import seller_of
from firstbest.store.usage_book import BillingBook, usage_path
from firstbest.store.usage_closing import Closed, card_texts, closed_month, closings
from firstbest.store.usage_events import Known, send_rows
from firstbest.store.usage_kept import kept_usage
from firstbest.store.usage_pages import compiled, workbook_bytes

EVENTS_MOST: Final = 10_000
"""Usage events of one request."""
EVENTS_SHOWN: Final = 1_000
FAULTS_SHOWN: Final = 20
Month = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}$", description="a month, such as 2026-10")]
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MonthBody(Struct, forbid_unknown_fields=True):
    """A month to be closed."""

    month: Month


class DisputeBody(Struct, forbid_unknown_fields=True):
    """Why a line is contested, and how much of it; all of it where nothing is said."""

    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]
    claim_micros: Micros | None = None


class AnswerBody(Struct, forbid_unknown_fields=True):
    """What becomes of a dispute: accepted for an amount (all that was claimed where nothing is said), or rejected."""

    state: Literal["accepted", "rejected"]
    granted_micros: Micros | None = None


def whose(request: Http) -> tuple[Bearer, int]:
    """Who asks, and about whom: a tenant about itself, the owner about any `seller`."""
    bearer = bearer_of(request, "bills")
    return bearer, seller_of(door_of(request), bearer, request.query_params.get("seller"))


def owner_only(request: Http) -> Bearer:
    """The owner asks."""
    bearer = bearer_of(request, "bills")
    if bearer.tenant != OWNER:
        raise Problem("not_allowed", "expected a key of the owner's")
    return bearer


# --------------------------------------------------------------------------------------------------------------- usage
@get("/v1/usage")
async def usage(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - whose reads it
    """What was used in the running month, by meter: events and quantity."""
    _, tenant = whose(request)
    bills = bills_of(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        running = bills.looked(house, book).found
        meters = events_by_meter(running, tenant)
        told = [{"meter": name, "events": events, "quantity": much} for name, (events, much) in meters.items()]
        return {
            "tenant": house.names.tenants[tenant], "month": month_name(running.period.month),
            "until_us": house.reached, "meters": told,
        }  # fmt: skip

    return await bills.ask(found)


@post("/v1/usage", status_code=200)
async def send_usage(request: Http) -> dict[str, Any]:
    """Usage events of an outside service, NDJSON: each counts once however often it is sent; all of them or none."""
    owner_only(request)
    rows = [each for each in (await request.body()).splitlines() if each.strip()]
    if len(rows) > EVENTS_MOST:
        raise Problem("too_large", f"expected {EVENTS_MOST:,} events or fewer, found {len(rows):,}")
    bills = bills_of(request)

    def admitted(house: House, book: BillingBook) -> dict[str, Any]:
        told = send_rows(book, rows, Known(house.names, house.now, house.network.calendar.start_us))
        if told.faults:
            listed = [str(fault) for fault in told.faults]
            count = f"{len(listed)} {'fault' if len(listed) == 1 else 'faults'}"
            raise Problem("invalid", f"{count}, nothing was kept", faults=listed[:FAULTS_SHOWN])
        bills.forget()
        return {"counted": told.counted, "repeated": told.repeated}

    return await bills.ask(admitted)


@get("/v1/forecast")
async def forecast(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - as above
    """What the running month's bill is by now, and at its end if the tenant goes on as in the last weeks."""
    _, tenant = whose(request)
    bills = bills_of(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        bill = bills.forecast(house, book).get(tenant)
        period = bills.looked(house, book).found.period
        head = {
            "tenant": house.names.tenants[tenant], "month": month_name(period.month),
            "currency": house.workspace.currency, "ends_us": period.ends,
        }  # fmt: skip
        return head | (views.forecast_told(bill) if bill else {"by_now_micros": 0, "at_the_end_micros": 0})

    return await bills.ask(found)


# ------------------------------------------------------------------------------------------------------------ invoices
@get("/v1/invoices")
async def invoices(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - as above
    """A tenant's invoices, credit notes and internal charges, in order."""
    _, tenant = whose(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        own = [each for closed in closings(book) for each in closed.invoices if each.tenant == tenant]
        return {"invoices": [views.invoice_head(house, each) for each in own]}

    return await bills_of(request).ask(found)


@post("/v1/invoices", status_code=200)
async def close_month(request: Http, data: JSONBody[MonthBody]) -> dict[str, Any]:
    """Close a month that is over, and open ones before it; asked again, it answers what was closed."""
    owner_only(request)
    bills = bills_of(request)

    def done(house: House, book: BillingBook) -> dict[str, Any]:
        asked_month(house, data.month)
        close_until(house, book, data.month, cards_of_house(house))
        bills.forget()
        closed = closed_month(book, data.month)
        kept = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        cards = cards_of_texts(card_texts(book, closed), house.zone)
        return {
            "month": closed.label, "events": closed.events, "lines": len(closed.lines),
            "invoices": [views.invoice_head(house, each) for each in closed.invoices],
            "difference_micros": reconciled(closed, kept, cards).total,
        }  # fmt: skip

    return await bills.ask(done)


def invoice_of(house: House, book: BillingBook, month: str, tenant: int) -> tuple[Closed, Invoice]:
    """A tenant's invoice of a month."""
    name = house.names.tenants[tenant]
    for closed in closings(book):
        for invoice in closed.invoices:
            if (closed.label, invoice.tenant) == (month, tenant):
                return closed, invoice
    raise Problem("not_found", f"no invoice {month}/{name}; GET /v1/invoices lists those that are there")


@get("/v1/invoices/{month:str}")
async def invoice(request: Http, month: FromPath[str], seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - as above
    """An invoice line by line: rule, card version, measures, and how each line is computed."""
    _, tenant = whose(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        return views.invoice_whole(house, *invoice_of(house, book, month, tenant))

    return await bills_of(request).ask(found)


@get("/v1/invoices/{month:str}/pdf")
async def pdf(request: Http, month: FromPath[str], seller: FromQuery[str | None] = None) -> Response[bytes]:  # noqa: ARG001 - as above
    """The invoice as a page on paper."""
    _, tenant = whose(request)

    def found(house: House, book: BillingBook) -> bytes:
        closed, bill = invoice_of(house, book, month, tenant)
        return compiled(page(bill, closed.lines, party(house, bill), account_of(bill.tenant, closed.entries)))

    return attached(await bills_of(request).ask(found), "application/pdf", f"{month}.pdf")


@get("/v1/invoices/{month:str}/workbook")
async def workbook(request: Http, month: FromPath[str], seller: FromQuery[str | None] = None) -> Response[bytes]:  # noqa: ARG001 - as above
    """The invoice as a workbook that adds itself up."""
    _, tenant = whose(request)

    def found(house: House, book: BillingBook) -> bytes:
        closed, bill = invoice_of(house, book, month, tenant)
        return workbook_bytes(sheets(bill, closed.lines, party(house, bill), account_of(bill.tenant, closed.entries)))

    return attached(await bills_of(request).ask(found), WORKBOOK, f"{month}.xlsx")


def party(house: House, invoice: Invoice) -> Party:
    """Who an invoice is between."""
    code = house.names.tenants[invoice.tenant]
    return Party(house.workspace.name, code, house.titles[invoice.tenant], invoice.currency)


def attached(data: bytes, media: str, name: str) -> Response[bytes]:
    """A file."""
    headers = {"Content-Disposition": f'attachment; filename="{Path(name).name}"'}
    return Response(data, media_type=media, headers=headers)


@get("/v1/invoices/{month:str}/lines/{line:int}")
async def explain(
    request: Http,
    month: FromPath[str],
    line: FromPath[int],
    limit: Annotated[int, QueryParameter(ge=0, le=EVENTS_SHOWN)] = 100,
    seller: FromQuery[str | None] = None,  # noqa: ARG001 - as above
) -> dict[str, Any]:
    """One line walked back to the single events it was counted from: which order or item, when, how much."""
    _, tenant = whose(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        closed, bill = invoice_of(house, book, month, tenant)
        if not 1 <= line <= len(bill.lines):
            raise Problem("not_found", f"expected a line of 1 to {len(bill.lines)}, found {line}")
        kept = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        cards = compile_cards(cards_of_texts(card_texts(book, closed), house.zone), closed.names)
        return views.trace_told(trace(house, book, (closed, kept, cards), f"{bill.number}/{line}", limit))

    return await bills_of(request).ask(found)


# ------------------------------------------------------------------------------------------------------------ disputes
@post("/v1/invoices/{month:str}/lines/{line:int}/dispute")
async def dispute(request: Http, month: FromPath[str], line: FromPath[int], data: JSONBody[DisputeBody]) -> Json:
    """Contest a line of the own invoice, once, within 60 days of it."""
    _, tenant = whose(request)
    bills = bills_of(request)

    def opened(house: House, book: BillingBook) -> dict[str, Any]:
        _, bill = invoice_of(house, book, month, tenant)
        if not 1 <= line <= len(bill.lines):
            raise Problem("not_found", f"expected a line of 1 to {len(bill.lines)}, found {line}")
        label = f"{bill.number}/{line}"
        made = contest(house, book, Claim(label, data.claim_micros, data.reason))
        bills.forget()
        return views.dispute_told(house, made, label)

    return Response(await bills.ask(opened), status_code=201)


@get("/v1/disputes")
async def disputes(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:
    """Disputes of the tenant's; the owner sees all of them where no seller is named."""
    bearer, tenant = whose(request)
    wanted = None if bearer.tenant == OWNER and seller is None else tenant

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        listed = disputes_of(book, wanted)
        return {"disputes": [views.dispute_told(house, each, label_of(book, each)) for each in listed]}

    return await bills_of(request).ask(found)


def dispute_of(book: BillingBook, number: int, bearer: Bearer) -> None:
    """The dispute must be there, and the tenant's own where the owner does not ask."""
    mine = disputes_of(book, None if bearer.tenant == OWNER else bearer.tenant)
    if all(each.number != number for each in mine):
        raise Problem("not_found", f"no dispute {number}")


@post("/v1/disputes/{number:int}/answer", status_code=200)
async def answer(request: Http, number: FromPath[int], data: JSONBody[AnswerBody]) -> dict[str, Any]:
    """Decide a dispute; what is granted comes back on the next invoice. The owner does."""
    bearer = owner_only(request)
    return await settled(request, bearer, number, (DisputeState[data.state.upper()], data.granted_micros))


@post("/v1/disputes/{number:int}/withdraw", status_code=200)
async def withdraw(request: Http, number: FromPath[int]) -> dict[str, Any]:
    """Take a dispute back that was not decided yet."""
    bearer = bearer_of(request, "bills")
    return await settled(request, bearer, number, (DisputeState.WITHDRAWN, 0))


async def settled(request: Http, bearer: Bearer, number: int, how: tuple[DisputeState, int | None]) -> dict[str, Any]:
    """A dispute after it was decided."""
    bills = bills_of(request)

    def done(house: House, book: BillingBook) -> dict[str, Any]:
        dispute_of(book, number, bearer)
        made = decide(house, book, number, *how)
        bills.forget()
        return views.dispute_told(house, made, label_of(book, made))

    return await bills.ask(done)


# -------------------------------------------------------------------------------------------------- credits and limits
@get("/v1/service-credits")
async def service_credits(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - as above
    """Promises of the running month, due and kept; and what was given back for those that were missed."""
    _, tenant = whose(request)
    bills = bills_of(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        running = bills.looked(house, book).found
        used = used_of(running, len(house.names.tenants))
        own = [line for line in running.closings[-1].lines if line.tenant == tenant]
        by_now = [line.rounded for line in own if line.kind == LineKind.SERVICE_CREDIT]
        return {
            "month": month_name(running.period.month), **views.promises_of(used, tenant),
            "by_now_micros": sum(by_now),
            "given": views.credits_told(closings(book), tenant),
        }  # fmt: skip

    return await bills.ask(found)


@get("/v1/limits")
async def limits(request: Http, seller: FromQuery[str | None] = None) -> dict[str, Any]:  # noqa: ARG001 - as above
    """What the tenant may use in a month and owe, and how much of it is used; the owner is told faults of the file."""
    bearer, tenant = whose(request)
    bills = bills_of(request)

    def found(house: House, book: BillingBook) -> dict[str, Any]:
        used = used_of(bills.looked(house, book).found, len(house.names.tenants))
        told = views.limits_told(bills.guard.limits, used, tenant)
        return told | ({"faults": bills.limit_faults} if bearer.tenant == OWNER and bills.limit_faults else {})

    return await bills.ask(found)


ROUTER: Final = Router(
    path="/",
    route_handlers=[
        usage, send_usage, forecast, invoices, close_month, invoice, pdf, workbook, explain, dispute, disputes, answer,
        withdraw, service_credits, limits,
    ],
)  # fmt: skip
