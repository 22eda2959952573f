"""What each figure is: its key, its unit, its words, and what it means. The docs table is made of this list."""

from __future__ import annotations

from typing import Final, NamedTuple

from firstbest.present.labels import CAUSES, PROCESSES, STAGES


class Meaning(NamedTuple):
    """One figure. Units: count, money, share (of one), ratio, days, hours, grams, day (since the epoch)."""

    key: str
    unit: str
    label: str
    meaning: str


def late_key(words: str) -> str:
    """Key of the late orders of a cause."""
    return "late_" + words.removeprefix("late ").replace(" ", "_").replace("-", "_")


_VOLUME: Final = (
    Meaning("orders_placed", "count", "orders placed", "orders that customers sent"),
    Meaning("orders_refused", "count", "orders refused", "orders of which no line could be promised"),
    Meaning("orders_shipped", "count", "orders shipped", "shipments less those beyond the first of their order"),
    Meaning("orders_completed", "count", "orders completed", "orders all of whose shipments have arrived or were lost"),
    Meaning("orders_per_day", "count", "orders a day", "mean of orders placed over the days rehearsed"),
    Meaning("shipments", "count", "shipments", "departures of one order from one node"),
    Meaning("parcels", "count", "parcels", "cartons that departed"),
    Meaning("units", "count", "units shipped", "units of lines shipped"),
    Meaning("lines", "count", "lines shipped", "lines of shipments departed"),
    Meaning("lines_per_order", "ratio", "lines an order", "lines placed over orders placed"),
    Meaning("units_per_order", "ratio", "units an order", "units shipped over orders shipped"),
    Meaning("net_sales", "money", "net sales", "price of the lines shipped"),
    Meaning("order_value", "money", "value of an order", "net sales over orders shipped"),
    Meaning("peak_day", "day", "peak day", "day with the most orders placed, in days since 1 January 1970"),
    Meaning("peak_day_orders", "count", "orders on the peak day", "orders placed that day"),
    Meaning("peak_day_factor", "ratio", "peak day against the mean", "orders placed on the peak day over orders a day"),
)
_SERVICE: Final = (
    Meaning("shipped_on_time", "share", "shipped on time", "orders all of whose shipments left by the promised day"),
    Meaning(
        "delivered_on_time", "share", "delivered on time", "orders all of whose shipments arrived by the promised day"
    ),
    Meaning(
        "late_orders", "count", "late orders", "completed orders not delivered on time; the sum of the eight causes"
    ),
    Meaning("two_day_share", "share", "delivered in two days", "orders at the door within two business days"),
    Meaning("business_days_mean", "days", "business days to the door", "mean over completed orders"),
    Meaning("business_days_1_share", "share", "delivered in one business day", "orders at the door after one or none"),
    Meaning("business_days_2_share", "share", "delivered on the second business day", "orders at the door after two"),
    Meaning("business_days_3_share", "share", "delivered on the third business day", "orders at the door after three"),
    Meaning(
        "business_days_4_share", "share", "delivered on the fourth or later", "orders at the door after four or more"
    ),
    Meaning("click_to_ship_p50_h", "hours", "click to ship, half within", "hours from order to departure, median"),
    Meaning("click_to_ship_p90_h", "hours", "click to ship, nine in ten", "the same, nine in ten"),
    Meaning("click_to_door_p50_d", "days", "click to door, half within", "days of 24 hours from order to door, median"),
    Meaning("click_to_door_p90_d", "days", "click to door, nine in ten", "the same, nine in ten"),
    Meaning("click_to_door_p99_d", "days", "click to door, 99 in 100", "the same, 99 in 100"),
    Meaning("dock_to_stock_p50_h", "hours", "dock to stock, half within", "hours from arrival to sellable, median"),
    Meaning("dock_to_stock_p90_h", "hours", "dock to stock, nine in ten", "the same, nine in ten"),
    *(
        Meaning(late_key(words), "count", f"late: {words}", f"late orders whose one cause is: {words}")
        for words, _ in CAUSES.values()
    ),
)
_COST: Final = (
    Meaning("cost_to_serve", "money", "cost to serve", "all stages together; duty and holding cost stand apart"),
    Meaning("cost_to_serve_per_order", "money", "cost to serve an order", "cost to serve over orders shipped"),
    Meaning("cost_to_serve_of_sales", "share", "cost to serve of net sales", "cost to serve over net sales"),
    Meaning(
        "click_to_door_cost_per_order", "money", "click-to-door cost an order", "in the building, carriers and own vans"
    ),
    Meaning(
        "in_building_cost_per_order", "money", "in-building cost an order", "labour, material, building and systems"
    ),
    Meaning("labour_cost_per_order", "money", "labour cost an order", "paid hours of all five processes"),
    Meaning("labour_of_building", "share", "labour of in-building cost", "labour over the cost in the building"),
    Meaning(
        "outbound_of_door", "share", "delivery of click-to-door cost", "carriers and own vans over click-to-door cost"
    ),
    Meaning("material_cost_per_order", "money", "material cost an order", "cartons, filling and labels"),
    Meaning("building_cost_per_order", "money", "building cost an order", "rent, tax, power and insurance"),
    Meaning("inbound_cost_per_order", "money", "inbound cost an order", "freight, drayage and transfers between nodes"),
    Meaning("parcel_cost_per_order", "money", "carrier cost an order", "money to carriers over orders shipped"),
    Meaning(
        "return_cost_per_order", "money", "return cost an order", "labels, work and value lost, over orders shipped"
    ),
    Meaning(
        "goods_cost_per_order",
        "money",
        "cost of goods an order",
        "sales by what the seller's items cost of their price",
    ),
    Meaning(
        "inbound_of_landed_cost", "share", "inbound of landed cost", "inbound over goods, inbound and duty together"
    ),
    Meaning("duty_per_order", "money", "duty an order", "reported apart from cost to serve"),
    Meaning("holding_per_order", "money", "holding cost an order", "capital cost of stock, apart from cost to serve"),
    *(
        Meaning(f"cost_{stage.key}_per_order", "money", f"{stage.label}, an order", "one stage, over orders shipped")
        for stage in STAGES
    ),
)
_PARCEL: Final = (
    Meaning("parcel_cost_per_parcel", "money", "carrier cost a parcel", "money to carriers over the parcels they took"),
    Meaning(
        "van_cost_per_parcel", "money", "own van cost a parcel", "routes, stations and trucks to them, over shipments"
    ),
    Meaning(
        "van_parcels_per_station_day", "ratio", "parcels a station a day", "by own vans, mean over stations and days"
    ),
    Meaning("stops_per_route", "ratio", "stops a route", "stops over van routes"),
    Meaning("van_cost_per_stop", "money", "own van cost a stop", "routes and stations over stops"),
    Meaning(
        "van_to_carrier_cost_below_300", "ratio", "own van against carrier", "cost a parcel, stations under 300 a day"
    ),
    Meaning("average_zone", "ratio", "average zone", "mean over parcels"),
    Meaning("billed_to_scale", "ratio", "billed against scale weight", "billed weight over the weight on the scale"),
    Meaning("billed_kg_per_parcel", "ratio", "billed kg a parcel", "billed weight over parcels"),
    Meaning("split_rate", "ratio", "shipments an order", "shipments over orders shipped"),
    Meaning("parcels_per_order", "ratio", "parcels an order", "parcels over orders shipped"),
    Meaning("nearest_share", "share", "lines from the nearest node", "of lines promised"),
    Meaning("rolled_over", "count", "shipments left behind", "packed, and left behind by a full vehicle"),
    Meaning("left_at_pick_up", "count", "shipments left at pick-up", "due, and not packed when the carrier left"),
    Meaning("vehicle_fill", "share", "fill of vehicles", "volume used, mean over vehicles departed"),
    Meaning("upgraded_shipments", "count", "shipments upgraded", "sent by a faster carrier to keep the promise"),
    Meaning("lost_parcels_share", "share", "lost or damaged", "of shipments"),
)
_LABOUR: Final = (
    Meaning("capacity_used", "share", "packing capacity promised", "shipments promised for a day over the day's limit"),
    Meaning("needed_of_rostered_pick", "share", "picking time needed of rostered", "by the roster's forecast"),
    Meaning("needed_of_rostered_pack", "share", "packing time needed of rostered", "by the roster's forecast"),
    Meaning("paid_hours", "count", "paid hours", "all processes"),
    Meaning("orders_per_person_hour", "ratio", "orders a paid hour", "orders shipped over all paid hours"),
    Meaning("units_per_person_hour", "ratio", "units a paid hour", "units shipped over all paid hours"),
    Meaning("lines_per_paid_hour_pick", "ratio", "lines a paid hour of picking", "lines shipped over picking hours"),
    Meaning("orders_per_paid_hour_pack", "ratio", "shipments a paid hour of packing", "shipments over packing hours"),
    Meaning("lines_per_paid_hour_receive", "ratio", "receipt lines a paid hour", "receipt lines over receiving hours"),
    Meaning("overtime_share", "share", "overtime of paid time", "overtime over paid minutes"),
    Meaning("overtime_share_peak", "share", "overtime in peak", "the same in the 28 busiest days in a row"),
    Meaning("above_pace_hours", "count", "hours above sustainable pace", "of heads, beyond contracts x hours a week"),
    Meaning("above_pace_share", "share", "above sustainable pace", "those hours, of the hours of permanent heads"),
    Meaning("injured", "count", "people hurt at work", "all processes but indirect; at a smaller scale, in proportion"),
    Meaning("temporary_share", "share", "temporary hands", "temporary over paid hours"),
    Meaning("heads_mean", "count", "heads, mean", "paid time over the paid time of a shift, mean over days"),
    Meaning("heads_peak", "count", "heads at peak", "the same on the day with most"),
    *(
        Meaning(f"utilisation_{words}", "share", f"{words}, time busy", "busy over paid time")
        for words, _ in PROCESSES.values()
    ),
    *(
        Meaning(f"paid_hours_{words}", "count", f"{words}, paid hours", "paid hours of the process")
        for words, _ in PROCESSES.values()
    ),
)
_STOCK: Final = (
    Meaning("fill_rate", "share", "lines filled", "lines promised in full over lines asked for"),
    Meaning("lost_sales", "money", "lost sales", "price of units refused for want of stock"),
    Meaning("lost_sales_of_sales", "share", "lost sales of net sales", "lost sales over net sales"),
    Meaning(
        "cancelled_for_stock", "share", "lines cancelled, shelf short", "promised, then not found; of lines asked for"
    ),
    Meaning("cancelled_by_customer", "share", "lines cancelled by customers", "of lines asked for"),
    Meaning("short_picks_per_1000", "ratio", "short picks in 1,000 lines", "lines found short at the shelf"),
    Meaning("stock_units", "count", "units on hand", "mean over days, all nodes"),
    Meaning("stock_value", "money", "value of stock", "at cost, mean over days"),
    Meaning("days_of_stock", "days", "days of stock", "mean units on hand over units shipped a day"),
    Meaning("turns", "ratio", "turns a year", "365 over days of stock"),
    Meaning("aged_share", "share", "aged over 180 days", "units beyond 180 days of sales, of units on hand"),
    Meaning("receipt_faults_share", "share", "receipts not as expected", "receipt lines whose count differed"),
    Meaning("counts_with_difference_share", "share", "counts with a difference", "of cycle counts"),
    Meaning("returns_share", "share", "units returned", "units returned over units delivered"),
    Meaning("contacts_per_100_orders", "ratio", "contacts in 100 orders", "calls and messages of customers"),
    Meaning("carbon_g_per_order", "grams", "carbon an order", "CO2e of buildings and delivery"),
    Meaning("carbon_inbound_g_per_order", "grams", "inbound carbon an order", "CO2e of freight to the buildings"),
)

_CLIENTS: Final = (
    Meaning("storage_of_client_revenue", "share", "storage of client revenue", "storage of what clients were billed"),
    Meaning("client_gross_margin_lowest", "share", "lowest margin of a client", "billed less cost to serve, of billed"),
)
_RETURNS: Final = (
    Meaning("return_units_asked", "count", "units asked to return", "units that customers asked to send back"),
    Meaning("return_refused_share", "share", "returns refused", "of these, refused"),
    Meaning("return_units_kept", "count", "units refunded and kept", "units refunded that stay with the customer"),
    Meaning(
        "return_restocked_share",
        "share",
        "returns sold again",
        "of units disposed of, back on the shelf or refurbished",
    ),
    Meaning(
        "return_value_saved_share", "share", "cost of returns saved", "what returned units are worth, of their cost"
    ),
    Meaning("refunds", "money", "refunds", "money that went back to customers"),
    Meaning("where_is_it_share", "share", "contacts that ask where it is", "of all contacts after a shipment has left"),
    Meaning("harm_made_good", "money", "paid back for harm", "paid back for shipments that were lost or damaged"),
    Meaning("claims_paid_share", "share", "claims paid", "what carriers paid of what was claimed from them"),
    Meaning("claims_open", "count", "claims open", "claims that carriers have not answered"),
    Meaning("shipments_sent_again", "count", "shipments sent again", "lost or damaged shipments that were sent again"),
    Meaning(
        "sent_again_cost", "money", "cost of sending again", "goods at cost, carriers and vans of what was sent again"
    ),
    Meaning("expired_units", "count", "units expired", "units written off because their lot was over"),
    Meaning("expired_value", "money", "value expired", "what these units had cost"),
    Meaning("expired_share", "share", "expired of what does not keep", "units expired, of these and those sold"),
    Meaning("cases_broken", "count", "cases opened", "cases opened for picks"),
    Meaning("pallets_shipped", "count", "pallets shipped whole", "pallets that went whole with orders"),
    Meaning("pallets_broken", "count", "pallets broken", "pallets taken apart into cases"),
    Meaning("cases_per_100_lines", "count", "cases opened by 100 lines", "cases opened over lines shipped, times 100"),
    Meaning("kits_ordered", "count", "kits ordered", "units of kits asked for, where kits are made on order"),
    Meaning("kits_assembled", "count", "kits put together", "kits that were put together for shipments"),
    Meaning("fast_lines_share", "share", "lines from fast shelves", "lines picked from fast shelves, of all"),
    Meaning("items_reslotted", "count", "items that changed places", "items carried to another place on the shelves"),
    Meaning("members_end", "count", "members at the end", "customers who are members when the rehearsal ends"),
    Meaning("members_joined", "count", "members joined", "customers who became members"),
    Meaning("members_lapsed", "count", "memberships lapsed", "memberships that ended"),
    Meaning("member_order_share", "share", "orders of members", "of orders placed, those promised as to members"),
    Meaning("member_fees", "money", "membership fees", "fees of those who joined and of those who stayed"),
)
_NETWORK: Final = (
    Meaning(
        "ground_two_day_share",
        "share",
        "ground reaches in two days",
        "demand that a ground parcel from a centre reaches",
    ),
    Meaning(
        "population_distance_best_1_mi", "ratio", "miles to the best one place", "mean of demand, if it were one centre"
    ),
    Meaning(
        "population_distance_best_5_mi",
        "ratio",
        "miles to the best five places",
        "mean of demand to the nearest of five",
    ),
    Meaning("carbon_air_to_ocean", "ratio", "carbon of air against ocean", "of a tonne-kilometre, means over lanes"),
)

CATALOG: Final = {
    meaning.key: meaning
    for meaning in (*_VOLUME, *_SERVICE, *_COST, *_PARCEL, *_LABOUR, *_STOCK, *_CLIENTS, *_RETURNS, *_NETWORK)
}
"""Figures of a rehearsal (`figures`) and of its network alone (`network_figures`), by key."""

WANTED: Final = {
    "orders_shipped": 0, "shipped_on_time": 1, "delivered_on_time": 1, "two_day_share": 1, "click_to_door_p50_d": -1,
    "click_to_door_p90_d": -1, "cost_to_serve_per_order": -1, "click_to_door_cost_per_order": -1,
    "cost_to_serve_of_sales": -1, "parcel_cost_per_parcel": -1, "average_zone": -1, "orders_per_person_hour": 1,
    "overtime_share": -1, "parcels_per_order": -1, "nearest_share": 1, "fill_rate": 1, "lost_sales": -1,
    "days_of_stock": 0, "returns_share": -1, "carbon_g_per_order": -1,
}  # fmt: skip
"""Headline figures in their order, and whether more (1), less (-1) or neither is wanted."""


def meaning_of(key: str) -> Meaning:
    """The words for a figure; a key of somebody else's is written as it is spelt."""
    return CATALOG.get(key) or Meaning(key, "ratio", key.replace("_", " "), "")
