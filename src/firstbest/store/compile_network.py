"""From a workspace (files, human units) to the network and the nature of a rehearsal (integer columns).

Codes follow the order of the files; nothing that is decided depends on them, since ties go by the hashes of the
texts. Local day 0 is the day before the start, so that no time zone misses its first day.

What scale distorts: demand, stock, people, vehicles, vans, storage and fixed costs shrink together, so costs an
order stay; carriers' prices stay. But places stay as far apart, so van routes get sparser and dearer, rounding
up heads gives small teams slack, and few units of slow items vary more. Density is true at scale 1 only.
"""

from __future__ import annotations

from firstbest.store.compile_calendar import compile_calendar
from firstbest.store.compile_carriers import compile_carriers, compile_promises
from firstbest.store.compile_goods import compile_cartons, compile_items
from firstbest.store.compile_lanes import compile_lanes
from firstbest.store.compile_log import order_names
from firstbest.store.compile_nature import compile_nature
from firstbest.store.compile_offers import compile_offers, product_names
from firstbest.store.compile_people import compile_fleet, compile_labour
from firstbest.store.compile_places import compile_arcs, compile_nodes, compile_places
from firstbest.store.compile_plan import Plan, plan
from firstbest.store.compile_policy import compile_policy
from firstbest.store.compile_returns import compile_detail
from firstbest.store.compile_season import season
from firstbest.store.compile_waves import manned_waves
from firstbest.store.extensions import extensions_of, plugged_of
from firstbest.store.extensions_judged import natural
from firstbest.store.staging import no_arms
from firstbest.store.workspace_typed import Workspace
from firstbest.world.nature import Nature
from firstbest.world.network import Network, Texts

SCALE_NOTE = "costs by density (van routes, small teams, slow items) are true at full scale only"


def compile_network(workspace: Workspace, scale: float = 1.0, days: int | None = None) -> tuple[Network, Nature]:
    """The network and the nature of a checked workspace.

    `scale` in (0, 1] multiplies volumes and capacities together; `days` replaces the workspace's length.
    """
    assert 0 < scale <= 1, f"scale is above 0 and at most 1, was {scale}"
    assert days is None or days >= 1, f"a rehearsal has 1 day or more, was {days}"
    made, extensions = plan(workspace, scale, days), extensions_of(workspace)
    planned = season(made)
    cartons, carton_names = compile_cartons(made)
    lanes, lane_names = compile_lanes(made)
    nodes, labour, policy = compile_nodes(made), compile_labour(made), compile_policy(workspace)
    network = Network(
        nodes=nodes,
        places=compile_places(made),
        items=compile_items(made),
        cartons=cartons,
        carriers=compile_carriers(made, extensions),
        arcs=compile_arcs(made),
        lanes=lanes,
        calendar=manned_waves(compile_calendar(made, planned), labour, nodes, policy),
        labour=labour,
        fleet=compile_fleet(made),
        promises=compile_promises(made),
        policy=policy,
        arms=no_arms(),
        texts=_texts(made, lane_names, carton_names),
        plugged=plugged_of(extensions),
        offers=compile_offers(made),
        detail=compile_detail(made),
    )
    nature = compile_nature(made, planned, lanes)
    for each in (each for each in extensions if each.port == "nature"):
        nature = natural(each, nature, network)
    return network, nature


def log_order_names(workspace: Workspace, scale: float = 1.0, days: int | None = None) -> tuple[str, ...]:
    """Names of the orders of the orders file by the codes that `compile_network` gives them: [O]."""
    return order_names(plan(workspace, scale, days))


def _texts(made: Plan, lanes: tuple[str, ...], cartons: tuple[str, ...]) -> Texts:
    return Texts(
        nodes=tuple(made.nodes),
        places=tuple(made.places),
        items=tuple(made.items),
        sellers=tuple(made.sellers),
        carriers=tuple(made.carriers),
        lanes=lanes,
        cartons=cartons,
        time_zones=made.zone_names,
        currency=made.workspace.currency,
        products=product_names(made),
    )
