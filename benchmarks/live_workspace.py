"""A workspace for the live benchmarks: sixteen fulfilment centres, eighty-three bulk storages, three thousand items."""

from __future__ import annotations

from pathlib import Path

from tests.books.small_workspace import FILES, write

CENTRES = 16
STORAGES = 83
ITEMS = 3_000
UNITS = 1_000_000
"""Of each item in each centre: what is measured is not how fast stock runs out."""
PLACES = ("100", "606", "900", "967")


def rows_of(text: str) -> tuple[str, list[str]]:
    """Head and rows of a CSV."""
    head, *rows = text.strip().splitlines()
    return head, rows


def live_workspace(folder: Path, items: int = ITEMS, units: int = UNITS, queue: int | None = 100_000) -> Path:
    """Write the workspace: 100 nodes, `items` x 100 stock rows; `queue`: how much may wait, None: as by default."""
    waiting = "" if queue is None else f"queue_requests = {queue}\n"
    node_head, _ = rows_of(FILES["nodes.csv"])
    centres = [f"centre_{n:02d}" for n in range(CENTRES)]
    storages = [f"storage_{n:02d}" for n in range(STORAGES)]
    nodes = ["maker,supplier,36.07,-79.79,America/New_York,0,0,0,,Mon-Fri,14:00,18:00"]
    nodes += [
        f"{name},fulfilment,{33 + n % 8},{-120 + 3 * n},America/New_York,7300,10,9000000,storage_00,Mon-Sun,14:00,18:00"
        for n, name in enumerate(centres)
    ]
    nodes += [
        f"{name},storage,{31 + n % 10},{-118 + n / 2},America/New_York,73000,10,9000000,,Mon-Sun,14:00,18:00"
        for n, name in enumerate(storages)
    ]
    lane_head, _ = rows_of(FILES["lanes.csv"])
    lanes = [f"maker_{name},maker,{name},truck,80,20000,2,2.42,650,1.5,480,Mon-Fri 16:00" for name in storages]
    lanes += [f"feed_{name},storage_00,{name},truck,80,20000,2,2.42,650,1.5,480,Mon-Fri 08:00" for name in centres]
    labour_head, _ = rows_of(FILES["labour.csv"])
    processes = ("receive,4,,22,,28", "pick,200,,130,,28", "pack,300,300,28,65,28", "load,10,,250,,28")
    labour = [f"{name},{each}" for name in centres for each in processes]
    labour += [f"{name},{each}" for name in storages for each in ("receive,1,,22,,28", "load,1,,250,,28")]
    item_head, _ = rows_of(FILES["items.csv"])
    goods = [f"item_{n:04d},Item {n},owner,0.5,2,25,20,5,8,maker,1" for n in range(items)]
    stock = [f"item_{n:04d},{name},{units}," for n in range(items) for name in centres]
    carriers = FILES["carriers.csv"].replace(",secaucus", ",").splitlines()[:2]
    return write(
        folder,
        nodes_csv="\n".join([node_head, *nodes]) + "\n",
        lanes_csv="\n".join([lane_head, *lanes]) + "\n",
        labour_csv="\n".join([labour_head, *labour]) + "\n",
        items_csv="\n".join([item_head, *goods]) + "\n",
        stock_csv="\n".join(["item,node,quantity,wrong", *stock]) + "\n",
        places_csv=FILES["places.csv"].replace(",secaucus", ","),
        carriers_csv="\n".join(carriers) + "\n",
        sellers_csv="seller,order_percent\nowner,100\n",
        packs_csv="item,level,quantity,weight_kg,volume_l\n",
        kits_csv="kit,item,units\n",
        shifts_csv="node,shift_1_start,shift_1_hours\n",
        fleet_csv="node,vans,cost_van_day,cost_hour,area_km2\n",
        calendars_csv="date,until,what,who,amount,note\n",
        assumptions_csv="file,field,value\n",
        demand_toml="[orders]\norders_per_day = 100\n",
        nature_toml="[hands]\nabsence_percent = 0\n",
        firstbest_toml=FILES["firstbest.toml"] + f"\n[live]\ndays = 60\n{waiting}",
    )
