"""Bills as JSON: money in millionths, with the words that stand on the page beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from firstbest.present.invoice import KINDS, Shown, account_of, shown
from firstbest.rehearse.invoicing import House
from firstbest.rehearse.invoicing_running import Forecast
from firstbest.rehearse.invoicing_trace import Trace
from firstbest.rent.disputes import Dispute
from firstbest.rent.lines import Invoice, Line, LineKind, month_name
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.quotas import Limits, Used
from firstbest.store.usage_closing import Closed


def invoice_head(house: House, invoice: Invoice) -> dict[str, Any]:
    """An invoice without its lines."""
    return {
        "invoice": invoice.number, "month": month_name(invoice.month), "tenant": house.names.tenants[invoice.tenant],
        "kind": KINDS[invoice.kind], "currency": invoice.currency, "total_micros": invoice.total,
        "lines": len(invoice.lines),
    }  # fmt: skip


def invoice_whole(house: House, closed: Closed, invoice: Invoice) -> dict[str, Any]:
    """An invoice line by line, and the seller's account of the month."""
    by_number = {line.number: line for line in closed.lines}
    lines = [
        line_told(by_number[number], shown(place, by_number[number], invoice.currency))
        for place, number in enumerate(invoice.lines, start=1)
    ]
    account = account_of(invoice.tenant, closed.entries)
    return invoice_head(house, invoice) | {
        "lines": lines,
        "account": {
            "sales_micros": account.sales, "set_off_micros": account.set_off, "paid_out_micros": account.paid_out,
            "owed_micros": account.owed,
        },
    }  # fmt: skip


def line_told(line: Line, words: Shown) -> dict[str, Any]:
    """A line: what a person reads, and what a machine needs to add it up again."""
    return {
        "line": words.number, "what": words.what, "quantity_words": words.quantity, "price_words": words.price,
        "kind": line.kind.name.lower(), "card": f"{line.family}/{line.version}", "charge": line.charge,
        "rule": line.rule, "step": line.step, "meter": line.meter, "used_in": month_name(line.usage_month),
        "quantity": line.quantity, "rate_micros": str(line.rate), "steps": line.steps,
        "step_rate_micros": str(line.step_rate), "of_micros": str(line.of), "exact_micros": str(line.exact),
        "amount_micros": line.rounded, "events": line.events.events, "events_digest": f"{line.events.digest:016x}",
    }  # fmt: skip


def trace_told(found: Trace) -> dict[str, Any]:
    """A line's single events."""
    return {
        "line": found.place, "source": found.said, "amount_micros": found.line.rounded,
        "events": [
            {"at_us": each.at, "about": each.about, "quantity": each.quantity, "exact_micros": str(each.exact)}
            for each in found.events
        ],
        "events_in_all": found.line.events.events, "of_lines": [place for place, _ in found.of_lines],
    }  # fmt: skip


def dispute_told(house: House, dispute: Dispute, line: str) -> dict[str, Any]:
    """A dispute."""
    return {
        "dispute": dispute.number, "tenant": house.names.tenants[dispute.tenant], "line": line,
        "state": dispute.state.name.lower(), "claimed_micros": dispute.claimed, "granted_micros": dispute.granted,
        "reason": dispute.reason, "answer": dispute.answer, "opened_us": dispute.opened_at,
        "decided_us": dispute.decided_at, "credited_in": month_name(dispute.credited) if dispute.credited else "",
    }  # fmt: skip


def forecast_told(found: Forecast) -> dict[str, Any]:
    """Where a month goes."""
    return {
        "by_now_micros": found.by_now, "at_the_end_micros": found.mean, "low_micros": found.low,
        "high_micros": found.high, "weeks_repeated": found.weeks,
    }  # fmt: skip


def credits_told(closed: Sequence[Closed], tenant: int) -> list[dict[str, Any]]:
    """Service credits that were given, a row each."""
    return [
        {
            "month": month_name(line.month), "credit": line.charge, "card": f"{line.family}/{line.version}",
            "band": line.step or line.rule, "of_micros": str(line.of), "amount_micros": line.rounded,
        }
        for each in closed for line in each.lines
        if line.tenant == tenant and line.kind == LineKind.SERVICE_CREDIT
    ]  # fmt: skip


def limits_told(limits: Limits, used: Used, tenant: int) -> dict[str, Any]:
    """What a tenant may use and owe, and what it used and owes."""
    quotas = [
        {
            "meter": METERS[meter].name, "unit": METERS[meter].unit, "most": most,
            "used": used.quantity.get((tenant, meter), 0),
        }
        for (code, meter), most in sorted(limits.quotas.items()) if code == tenant
    ]  # fmt: skip
    return {
        "quotas": quotas, "credit_micros": limits.credit.get(tenant), "owed_micros": used.owed.get(tenant, 0),
    }  # fmt: skip


def promises_of(used: Used, tenant: int) -> dict[str, int]:
    """Promises of the running month: due, and kept."""
    return {name: used.quantity.get((tenant, METER_CODES[name]), 0) for name in ("promises_due", "promises_kept")}
