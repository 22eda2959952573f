"""All scalar figures of a rehearsal by stable key: what the screen shows, bounds judge and comparisons subtract.

Floats exist only here, at the edge. Shares are of one, money is in whole currency units, and a figure whose
denominator is zero is nan. docs/reading-the-report.md says what each key means; a test holds the two together.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present import pictures_care, pictures_members, pictures_returns
from firstbest.present.catalog import late_key
from firstbest.present.labels import CAUSES, LABOUR_STAGES, PROCESSES, STAGES
from firstbest.present.record import Record
from firstbest.present.sellers import sellers
from firstbest.present.sums import F64, Totals, by_day, by_day_node, node_codes, over, peak_window, percentile
from firstbest.world.metrics import Metric, Spread
from firstbest.world.units import MONEY
from firstbest.world.words import NodeKind, Process

PEAK_DAYS: Final = 28


def figures(record: Record) -> dict[str, float]:
    """Every figure of a record."""
    sums = record.cube.sum(axis=(0, 1, 2), dtype=np.int64)  # [METRICS, 2]
    total = Totals(sums[:, 0], sums[:, 1])
    return {
        **_volume(record, total),
        **_service(record, total),
        **_costs(record, total),
        **_parcels(record, total),
        **_labour(record, total),
        **_stock(record, total),
        **_returns(total),
        **_clients(record),
        **pictures_returns.figures(record),
        **pictures_care.figures(record),
        **pictures_care.lot_figures(record),
        **pictures_care.case_figures(record),
        **pictures_care.pallet_figures(record),
        **pictures_members.figures(record),
        **pictures_care.kit_figures(record),
        **pictures_care.slot_figures(record),
    }


def _volume(record: Record, total: Totals) -> dict[str, float]:
    placed = by_day(record, Metric.ORDERS_PLACED)[: record.days]
    peak = int(placed.argmax()) if len(placed) else 0
    mean = float(placed.mean()) if len(placed) else math.nan
    return {
        "orders_placed": float(total.n[Metric.ORDERS_PLACED]),
        "orders_refused": float(total.n[Metric.ORDERS_REFUSED]),
        "orders_shipped": total.orders,
        "orders_completed": float(total.n[Metric.COMPLETED]),
        "orders_per_day": mean,
        "shipments": float(total.n[Metric.SHIPMENTS]),
        "parcels": float(total.n[Metric.CARTONS]),
        "units": float(total.d[Metric.SALES]),
        "lines": float(total.d[Metric.SHIPMENTS]),
        "lines_per_order": over(float(total.d[Metric.ORDERS_PLACED]), float(total.n[Metric.ORDERS_PLACED])),
        "units_per_order": over(float(total.d[Metric.SALES]), total.orders),
        "net_sales": total.money(Metric.SALES),
        "order_value": over(total.money(Metric.SALES), total.orders),
        "peak_day": float(record.first_day + peak),
        "peak_day_orders": float(placed[peak]) if len(placed) else math.nan,
        "peak_day_factor": over(float(placed[peak]), mean) if len(placed) else math.nan,
    }


def _service(record: Record, total: Totals) -> dict[str, float]:
    spread = record.spread
    days = spread[Spread.BUSINESS_DAYS]
    known = float(days.sum())
    completed = float(total.d[Metric.DELIVERED_ON_TIME])
    found = {
        "shipped_on_time": total.ratio(Metric.SHIPPED_ON_TIME),
        "delivered_on_time": total.ratio(Metric.DELIVERED_ON_TIME),
        "late_orders": completed - float(total.n[Metric.DELIVERED_ON_TIME]),
        "two_day_share": total.ratio(Metric.TWO_DAYS),
        "business_days_mean": over(float(total.n[Metric.COMPLETED_DAYS]), float(total.n[Metric.COMPLETED])),
        "business_days_1_share": over(float(days[:2].sum()), known),
        "business_days_2_share": over(float(days[2]), known),
        "business_days_3_share": over(float(days[3]), known),
        "business_days_4_share": over(float(days[4:].sum()), known),
        "dock_to_stock_p50_h": percentile(spread[Spread.DOCK_TO_STOCK_H], 0.5),
        "dock_to_stock_p90_h": percentile(spread[Spread.DOCK_TO_STOCK_H], 0.9),
        "click_to_ship_p50_h": percentile(spread[Spread.CLICK_TO_SHIP_H], 0.5),
        "click_to_ship_p90_h": percentile(spread[Spread.CLICK_TO_SHIP_H], 0.9),
    }
    for label, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        found[f"click_to_door_{label}_d"] = percentile(spread[Spread.CLICK_TO_DOOR_H], part) / 24
    for words, metric in CAUSES.values():
        found[late_key(words)] = float(total.n[metric])
    return found


def _costs(record: Record, total: Totals) -> dict[str, float]:
    orders = total.orders
    stages = {stage.key: total.money(*stage.metrics) for stage in STAGES}
    building = sum(stages[stage.key] for stage in STAGES if stage.part == "building")
    door = building + stages["parcel"] + stages["van"]
    serve = sum(stages.values())
    goods = _goods(record)
    landed = goods + stages["inbound"] + total.money(Metric.COST_DUTY)
    labour = sum(stages[key] for key in LABOUR_STAGES)
    found = {f"cost_{key}_per_order": over(money, orders) for key, money in stages.items()}
    return found | {
        "cost_to_serve": serve,
        "cost_to_serve_per_order": over(serve, orders),
        "cost_to_serve_of_sales": over(serve, total.money(Metric.SALES)),
        "click_to_door_cost_per_order": over(door, orders),
        "in_building_cost_per_order": over(building, orders),
        "labour_cost_per_order": over(labour, orders),
        "labour_of_building": over(labour, building),
        "outbound_of_door": over(door - building, door),
        "material_cost_per_order": over(stages["material"], orders),
        "building_cost_per_order": over(stages["building"], orders),
        "inbound_cost_per_order": over(stages["inbound"], orders),
        "parcel_cost_per_order": over(stages["parcel"], orders),
        "goods_cost_per_order": over(goods, orders),
        "inbound_of_landed_cost": over(stages["inbound"], landed) if goods else math.nan,
        "return_cost_per_order": over(stages["returns"] + stages["return_loss"], orders),
        "duty_per_order": over(total.money(Metric.COST_DUTY), orders),
        "holding_per_order": over(total.money(Metric.COST_HOLDING), orders),
    }


def _parcels(record: Record, total: Totals) -> dict[str, float]:
    routes, stops = float(total.n[Metric.ROUTES]), float(total.d[Metric.ROUTES])
    vans = float(total.d[Metric.COST_VAN])
    return {
        "parcel_cost_per_parcel": over(total.money(Metric.COST_PARCEL), float(total.d[Metric.COST_PARCEL])),
        "van_cost_per_parcel": over(total.money(Metric.COST_VAN, Metric.COST_LINEHAUL), vans),
        "van_parcels_per_station_day": over(vans, record.days * max(1, len(node_codes(record, NodeKind.STATION)))),
        "van_to_carrier_cost_below_300": _thin_stations(record),
        "stops_per_route": over(stops, routes),
        "van_cost_per_stop": over(total.money(Metric.COST_VAN), stops),
        "average_zone": total.ratio(Metric.ZONE),
        "billed_to_scale": total.ratio(Metric.WEIGHT),
        "billed_kg_per_parcel": over(float(total.n[Metric.WEIGHT]) / 1000, float(total.n[Metric.CARTONS])),
        "split_rate": over(float(total.n[Metric.SHIPMENTS]), total.orders),
        "parcels_per_order": over(float(total.n[Metric.CARTONS]), total.orders),
        "nearest_share": total.ratio(Metric.NEAREST),
        "rolled_over": float(total.n[Metric.ROLLED]),
        "left_at_pick_up": float(total.n[Metric.BACKLOG]),
        "vehicle_fill": over(float(total.d[Metric.VEHICLES]) / 1e6, float(total.n[Metric.VEHICLES])),
        "upgraded_shipments": float(total.n[Metric.UPGRADED]),
        "lost_parcels_share": over(float(total.n[Metric.LOST_PARCELS]), float(total.n[Metric.SHIPMENTS])),
    }


def heads_by_day(record: Record) -> F64:
    """Heads at work by day over all buildings: paid minutes over the paid minutes of a shift. [D]."""
    paid = sum((by_day_node(record, metric) for _, metric in PROCESSES.values()), np.zeros(1))
    shifts = np.asarray(record.network.labour.shift_minutes, np.float64)
    minutes = np.array([row[row > 0].mean() if (row > 0).any() else 480.0 for row in shifts])
    heads: F64 = (paid / minutes).sum(axis=1)
    return heads


def _labour(record: Record, total: Totals) -> dict[str, float]:
    first, stop = peak_window(record, PEAK_DAYS)
    peak = record.cube[first:stop, :, :, Metric.OVERTIME].sum(axis=(0, 1, 2))
    hours = {process: float(total.n[metric]) / 60 for process, (_, metric) in PROCESSES.items()}
    found = {}
    for process, (words, metric) in PROCESSES.items():
        found[f"utilisation_{words}"] = over(float(total.d[metric]) / 3600, hours[process])
        found[f"paid_hours_{words}"] = hours[process]
    lines = float(total.d[Metric.SHIPMENTS])
    heads = heads_by_day(record)
    return found | {
        "capacity_used": total.ratio(Metric.CAPACITY),
        "needed_of_rostered_pick": total.ratio(Metric.NEEDED_PICK),
        "needed_of_rostered_pack": total.ratio(Metric.NEEDED_PACK),
        "paid_hours": sum(hours.values()),
        "orders_per_person_hour": over(total.orders, sum(hours.values())),
        "units_per_person_hour": over(float(total.d[Metric.SALES]), sum(hours.values())),
        "lines_per_paid_hour_pick": over(lines, hours[Process.PICK]),
        "orders_per_paid_hour_pack": over(float(total.n[Metric.SHIPMENTS]), hours[Process.PACK]),
        "lines_per_paid_hour_receive": over(float(total.n[Metric.RECEIVED]), hours[Process.RECEIVE]),
        "overtime_share": total.ratio(Metric.OVERTIME),
        "overtime_share_peak": over(float(peak[0]), float(peak[1])),
        "above_pace_hours": float(total.n[Metric.ABOVE_PACE]) / 60,
        "above_pace_share": total.ratio(Metric.ABOVE_PACE),
        "injured": float(total.n[Metric.INJURED]) * min(record.scale, 1.0),
        "temporary_share": over(float(total.n[Metric.TEMPS]) / 60, sum(hours.values())),
        "heads_mean": float(heads[: record.days].mean()) if record.days else math.nan,
        "heads_peak": float(heads.max()) if len(heads) else math.nan,
    }


def _stock(record: Record, total: Totals) -> dict[str, float]:
    per_day = over(float(total.d[Metric.SALES]), record.days)
    units = by_day(record, Metric.STOCK_UNITS)[: record.days]
    mean_units = float(units.mean()) if len(units) else math.nan
    value = by_day(record, Metric.STOCK_VALUE)[: record.days]
    days = over(mean_units, per_day)
    asked = float(total.d[Metric.LINES_FILLED])
    return {
        "fill_rate": total.ratio(Metric.LINES_FILLED),
        "lost_sales": total.money(Metric.LOST_SALES),
        "lost_sales_of_sales": over(total.money(Metric.LOST_SALES), total.money(Metric.SALES)),
        "cancelled_for_stock": over(float(total.n[Metric.CANCELLED_STOCK]), asked),
        "cancelled_by_customer": over(float(total.n[Metric.CANCELLED_CUSTOMER]), asked),
        "short_picks_per_1000": 1000 * total.ratio(Metric.SHORT),
        "stock_units": mean_units,
        "stock_value": float(value.mean()) / MONEY if len(value) else math.nan,
        "days_of_stock": days,
        "turns": over(365, days),
        "aged_share": total.ratio(Metric.AGED),
        "receipt_faults_share": over(float(total.n[Metric.DISCREPANCY]), float(total.n[Metric.RECEIVED])),
        "counts_with_difference_share": over(float(total.d[Metric.COUNTS]), float(total.n[Metric.COUNTS])),
    }


def _clients(record: Record) -> dict[str, float]:
    """What clients are billed against what they cost; the first seller is the owner, and is billed nothing."""
    clients = [seller for seller in sellers(record)[1:] if seller.billed > 0]
    billed = sum(seller.billed for seller in clients)
    storage = sum(record.billed_storage) / MONEY
    margins = [(seller.billed - seller.cost) / seller.billed for seller in clients]
    return {
        "storage_of_client_revenue": over(storage, billed) if storage else math.nan,
        "client_gross_margin_lowest": min(margins, default=math.nan),
    }


def _goods(record: Record) -> float:
    """Cost of goods shipped before freight and duty: sales of a seller by the cost of its items over their price."""
    items = record.network.items
    sold = record.cube[:, :, :, Metric.SALES, 0].sum(axis=(0, 1)).astype(np.float64) / MONEY
    cost = np.bincount(items.seller, weights=items.cost, minlength=len(sold))[: len(sold)]
    price = np.bincount(items.seller, weights=items.price, minlength=len(sold))[: len(sold)]
    share = np.divide(cost, price, out=np.zeros(len(sold)), where=price > 0)
    return float((sold * share).sum())


def _thin_stations(record: Record) -> float:
    """Own van cost a parcel over the carriers' at stations below 300 parcels a day; nan where there is none."""
    cells = record.cube[:, node_codes(record, NodeKind.STATION)].sum(axis=(0, 2))  # [stations, METRICS, 2]
    parcels = cells[:, Metric.COST_VAN, 1]
    thin = (parcels > 0) & (parcels < 300 * record.days)
    money = cells[thin, Metric.COST_VAN, 0].sum() + cells[thin, Metric.COST_LINEHAUL, 0].sum()
    carriers = record.cube[:, :, :, Metric.COST_PARCEL].sum(axis=(0, 1, 2), dtype=np.int64)
    return over(over(float(money), float(parcels[thin].sum())), over(float(carriers[0]), float(carriers[1])))


def _returns(total: Totals) -> dict[str, float]:
    orders = total.orders
    return {
        "returns_share": total.ratio(Metric.RETURNED),
        "contacts_per_100_orders": over(float(total.d[Metric.COST_AFTER]) / 1e4, orders),
        "carbon_g_per_order": over(float(total.n[Metric.CARBON]), orders),
        "carbon_inbound_g_per_order": over(float(total.n[Metric.CARBON_INBOUND]), orders),
    }
