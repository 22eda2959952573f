"""A workspace small enough to follow by hand: two centres, one station, four places, three items, ten orders."""

from pathlib import Path

FILES = {
    "firstbest.toml": """
[workspace]
name = "three nodes"
currency = "USD"
time_zone = "America/New_York"
start = 2026-03-02
days = 14
distance_unit = "mile"

[zones]
first_zone = 2
up_to = [150, 300, 600, 1000, 1400, 1800]
""",
    "policies.toml": """
[sourcing]
split_penalty = 1.5

[promise.member]
high_days = 2

[door]
late_percent = [5, 1]
""",
    "demand.toml": """
[orders]
orders_per_day = 100

[shape]
lines = [62, 20, 9]
weekday = [2, 1, 1, 1, 1, 1, 0]

[[period]]
name = "deal"
from = "03-09"
until = "03-10"
factor = 3
weekday = "no"

[[surge]]
name = "storm of orders"
on = "no"
from = 2026-03-04
until = 2026-03-04
factor = 5

[[boost]]
name = "promo"
item = "kettle"
from = 2026-03-05
until = 2026-03-06
factor = 2
""",
    "nature.toml": """
[hands]
spread_percent = { pick = 30, pack = 20 }
absence_percent = 7
absence_by_node = { ontario = 9 }

[[carrier]]
carrier = "ground"
late_1_percent = 4
late_2_percent = 1

[[late_period]]
name = "peak"
carrier = "all"
from = 2026-03-05
until = 2026-03-06
late_1_percent = 9

[[delay]]
name = "slow road"
node = "secaucus"
from = 2026-03-04
until = 2026-03-04
days = 1

[[snow]]
name = "snow"
node = "allentown"
from = 2026-03-03
until = 2026-03-04

[[breakdown]]
name = "belt"
node = "allentown"
process = "pack"
from = "2026-03-03 06:00"
hours = 6
""",
    "nodes.csv": """node,kind,latitude,longitude,time_zone,floor_ft2,building_cost_ft2_year,storage_m3,fed_by,work_days,cut_off,pick_up
maker,supplier,36.07,-79.79,America/New_York,0,0,0,,Mon-Fri,14:00,18:00
allentown,fulfilment,40.60,-75.49,America/New_York,73000,10,1000,,Mon-Sat,14:00,18:00
ontario,fulfilment,34.03,-117.60,America/Los_Angeles,36500,14,500,allentown,Mon-Sat,15:30,18:00
secaucus,station,40.79,-74.06,America/New_York,0,0,0,,Mon-Sat,14:00,18:00
""",  # noqa: E501
    "places.csv": """place,weight,latitude,longitude,time_zone,remote,land_km2,region,station
100,1.5,40.7508,-73.9961,America/New_York,no,59,east,secaucus
606,2.5,41.8781,-87.6298,America/Chicago,no,600,mid,
900,3,34.0522,-118.2437,America/Los_Angeles,no,1200,west,
967,0.5,21.3069,-157.8583,Pacific/Honolulu,yes,1500,west,
""",
    "sellers.csv": "seller,order_percent\nowner,75\nguest,25\n",
    "suppliers.csv": "supplier,lead_days\nmaker,30\n",
    "items.csv": """item,name,seller,weight_kg,volume_l,longest_cm,price,cost,duty_percent,supplier,share
kettle,Kettle,owner,1.2,8,25,40,13,8,maker,6
towel,Towel,owner,0.4,2,30,20,5,8,maker,3
lamp,Lamp,guest,2,15,,60,20,0,maker,1
""",
    "packs.csv": "item,level,quantity,weight_kg,volume_l\nkettle,case,6,8,60\n",
    "kits.csv": "kit,item,units\nkettle,towel,2\n",
    "cartons.csv": "carton,inner_l,outer_l,longest_cm,tare_kg,cost\nlarge,30,36,60,0.5,1.1\nsmall,5,6,35,0.1,0.5\n",
    "carriers.csv": """carrier,mode,divisor_cm3_kg,step_unit,transit_zone_2,transit_zone_3,transit_zone_4,transit_zone_5,transit_zone_6,transit_zone_7,transit_zone_8,pick_up_days,delivery_days,services,stations
ground,parcel,5022,lb,1,2,2,3,4,4,5,Mon-Sat,Mon-Fri,standard member economy,
vans,own_van,5000,lb,1,,,,,,,Mon-Sat,Mon-Sat,member,secaucus
""",  # noqa: E501
    "carrier_rates/ground.csv": """weight,zone_2,zone_3,zone_4,zone_5,zone_6,zone_7,zone_8
1,6.40,6.60,6.85,7.20,7.60,7.90,8.30
5,8.20,9.00,9.80,11.20,13.00,14.40,15.90
10,9.90,11.10,12.40,14.80,17.60,20.40,23.20
""",
    "lanes.csv": """lane,origin,destination,mode,capacity_m3,capacity_kg,vehicles,cost_distance,cost_least,transit_days,distance,departures
maker_allentown,maker,allentown,truck,80,20000,2,2.42,650,1.5,480,"Tue,Fri 16:00"
allentown_ontario,allentown,ontario,truck,80,20000,2,2.42,650,5.5,,Mon-Fri 08:00; Mon-Fri 20:00
allentown_secaucus,allentown,secaucus,truck,40,4000,2,2,200,0.2,85,daily 18:30
""",  # noqa: E501
    "labour.csv": """node,process,heads,stations,units_hour,single_hour,wage_hour
allentown,receive,1,,22,,28
allentown,pick,3,,130,,28
allentown,pack,4,5,28,65,28
allentown,load,1,,250,,28
ontario,receive,1,,22,,28
ontario,pick,2,,130,,28
ontario,pack,3,3,28,65,28
ontario,load,1,,250,,28
""",
    "shifts.csv": "node,shift_1_start,shift_1_hours\nallentown,06:00,8\n",
    "fleet.csv": "node,vans,cost_van_day,cost_hour,area_km2\nsecaucus,5,75,34,1000\n",
    "calendars.csv": """date,until,what,who,amount,note
2026-03-11,,holiday,ground,,a day of the carrier
2026-03-12,2026-03-13,holiday,ontario,,stock-taking
2026-03-09,2026-03-10,peak,carriers,0.5,deal
""",
    "stock.csv": "item,node,quantity,wrong\nkettle,allentown,100,-2\ntowel,allentown,100,\nlamp,ontario,15,1\n",
    "assumptions.csv": "file,field,value\nnodes.csv,floor_ft2,73000\n",
}

ORDERS = """order,placed_at,customer,place,service,line,item,quantity,price
A2,2026-03-02 10:00,ann,100,member,1,kettle,1,
A2,2026-03-02 10:00,ann,100,member,0,towel,2,18.5
A1,2026-03-02T15:00:00Z,,606,standard,0,lamp,1,
B9,2026-03-03 09:30,ann,900,economy,0,kettle,3,
"""


def write(folder: Path, **changed: str) -> Path:
    """Writes the files, with the text of some replaced; names as in FILES with `.` and `/` as `_`."""
    names = {name.replace(".", "_").replace("/", "_"): name for name in (*FILES, "orders.csv", "zones.csv")}
    texts = dict(FILES) | {names[key]: text for key, text in changed.items()}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
