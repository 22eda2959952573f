"""What-ifs for a workspace made of a log of homes: later cut-off, a second building, a greater Cyber Monday.

They are change files like any other, with the numbers of this log in them; each says what it asks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from firstbest.store.import_network import FLOOR_LEAST_FT2, STORAGE_M3_FT2, Chosen
from firstbest.store.import_people import Crew, shift_start
from firstbest.store.import_profile import Profile

_EPOCH: Final = date(1970, 1, 1)
_PEAK: Final = 3.5
_SHARE: Final = 45
"""Share of the orders that Atlanta takes, percent: people of the eastern time zone."""


def change_files(
    network: Chosen, profile: Profile, crews: tuple[Crew, ...], floor_ft2: int
) -> Iterator[tuple[str, str]]:
    """(name, text) of the change files; none for a network whose customers stand in no place of their own."""
    if not network.postcodes:
        return
    start = _EPOCH + timedelta(days=profile.first_day)
    yield "changes/cut_off_17.toml", _cut_off(network, start)
    yield "changes/open_atlanta.toml", _atlanta(network, start, crews, floor_ft2)
    factor = _PEAK * profile.orders_a_day / profile.peak_day_orders
    if factor > 1:
        yield "changes/cyber_monday_3_5.toml", _peak(profile, factor)


def _cut_off(network: Chosen, start: date) -> str:
    return f'''title = "Order cut-off at 17:00 instead of 14:00"
note = """
Three more hours of orders leave the same day, with the last pick-up still at 18:00. Watch shipped on time, overtime and
the backlog at the cut-off.
"""

[[operation]]
kind = "set"
from = {start}T00:00:00
file = "nodes"
key = "{network.node}"
column = "cut_off"
value = "17:00"
'''


def _peak(profile: Profile, factor: float) -> str:
    day = _EPOCH + timedelta(days=profile.peak_day)
    return f'''title = "The busiest day at {_PEAK} times the mean"
note = """
{day} had {profile.peak_day_orders:,} orders, {profile.peak_day_factor:.2f} times the mean of a trading day. Further
orders of the day are drawn from its own, at their own instants. Demand can only be rehearsed, not applied.
"""

[[operation]]
kind = "demand"
from = {day}T00:00:00
until = {day + timedelta(days=1)}T00:00:00
factor = {factor:.4f}
'''


def _atlanta(network: Chosen, start: date, crews: tuple[Crew, ...], floor_ft2: int) -> str:
    wage, productive = network.of("wage_hour"), network.of("productive_percent")
    hands = [(each.process, max(round(each.heads * _SHARE / 100), 1), each.rate, wage) for each in crews]
    # Whoever packs loads as well, as in the first building: the row is needed, its hours are in the packers'.
    hands.append(("load", 1, 100_000, 0))
    labour = "".join(
        f"""
[[operation.labour]]
process = "{process}"
heads = {heads}
units_hour = {rate:g}
productive_percent = {productive:g}
wage_hour = {paid:g}
temps_max = {0 if process in {"indirect", "load"} else heads}
"""
        for process, heads, rate, paid in hands
    )
    fewer = "".join(
        f"""
[[operation]]
kind = "roster"
from = {start}T00:00:00
node = "{network.node}"
process = "{each.process}"
add_heads = -{min(max(round(each.heads * _SHARE / 100), 1), each.heads - 1)}
"""
        for each in crews
        if each.heads > 1
    )
    return "".join((_opening(network, start, floor_ft2), labour, _feeding(network, start), fewer, _splitting(start)))


def _opening(network: Chosen, start: date, floor_ft2: int) -> str:
    # As much of a floor as it takes of the orders; the least is that of the first building.
    floor = max(math.ceil(floor_ft2 * _SHARE / 100 / 1_000) * 1_000, FLOOR_LEAST_FT2)
    return f'''title = "A second building in Atlanta, Georgia"
note = """
It takes about {_SHARE} % of the orders, {_SHARE} % of the people move with them; a truck from the first building feeds
it. Rent, stock and set-up are assumed: put your own quotes here before you believe the money.
"""

[[operation]]
kind = "open_node"
from = {start}T00:00:00
node = "atlanta"
one_off_cost = 60000
opening_stock = {{ from_node = "{network.node}", cover_days = 15, demand_percent = {_SHARE} }}

[operation.columns]
kind = "fulfilment"
city = "Atlanta"
region = "GA"
latitude = 33.45
longitude = -84.15
time_zone = "America/New_York"
rank = 1
floor_ft2 = {floor}
building_cost_ft2_year = 9
system_cost_order = 0.35
storage_m3 = {round(floor * STORAGE_M3_FT2)}
fed_by = "{network.node}"
work_days = "Mon-Fri"
cut_off = "14:00"
pick_up = "18:00"
carbon_g_parcel = 250

[operation.shifts]
shift_1_start = "{shift_start(network)}"
shift_1_hours = {network.of("shift_hours"):g}
shift_2_hours = 0
overtime_hours_max = 2
contract_hours_week = {5 * network.of("shift_hours"):g}
absence_percent = {5 if network.of("absence_percent") else 0}
indirect_percent = {network.of("indirect_percent"):g}
'''


def _feeding(network: Chosen, start: date) -> str:
    return f"""
[[operation]]
kind = "add_lane"
from = {start}T00:00:00
lane = "{network.node}_atlanta"

[operation.columns]
origin = "{network.node}"
destination = "atlanta"
mode = "truck"
capacity_m3 = 80
capacity_kg = 20000
vehicles = 4
thin_percent = 0
cost_distance = 2.42
cost_least = 650
transit_days = 1.4
distance = 450
carbon_g_tkm = 75
departures = "Mon,Thu 16:00"
"""


def _splitting(start: date) -> str:
    return f"""
# Two buildings: an order may be split only where that is worth another parcel.
[[operation]]
kind = "policy"
from = {start}T00:00:00
key = "sourcing.split_penalty"
value = 1.5
"""
