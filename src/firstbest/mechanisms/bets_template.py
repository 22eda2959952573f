"""The guided page that a new bet starts from. What is asked stands in comments; what is answered stays."""

from __future__ import annotations

from typing import Final

_PAGE: Final = """---
# A bet, working backwards. Write the page below first: the announcement of the day on which it is there.
# Then come back here. Lines that start with # are guidance; take them out or leave them.
bet: {name}

customer:            # one kind of person, as if you met one: Members who order after two in the afternoon
owner:               # one person, and how much of their time: {{name: Dana Whitfield, share_of_time: 100}}
team: []             # eight at most besides the owner: [Ana Ruiz, Ben Cole]
advocate:            # who sits in the customer's seat: {{name: Ana Ruiz, speaks_for: members who wait}}

door:                # two-way: we can walk back. one-way: we cannot, so a bar raiser from outside the team must agree
bar_raiser:          # {{name: Priya Raman, team: Finance}}

capabilities: []     # what it takes; how is have, build, hire or buy
#  - {{what: a second wave an hour before the pick-up, how: have, evidence: ""}}
#  - {{what: packers on the late shift, how: hire}}

cheapest_test:       # the least that could show that this is wrong, before we build
#  what: one building, one week
#  cost: 4000
#  refuted_if: fewer than half of the late orders leave the same day

success: []          # metrics named before anything is built; size is the least change that counts
#  - {{metric: two_day_share, direction: up, size: 0.01, start: {start}, by: {by}}}

assumptions: []      # what has to hold of the world; outside of it the verdict is "invalid"
#  - {{metric: orders_per_day, low: 500, high: 1200}}

kill: []             # where we stop, whatever we hoped
#  - {{metric: shipped_on_time, below: 0.85, by: {by}}}

salvage:             # what is left if it fails
#  what: the late shift can be rostered into the morning
#  value: 0

spend: 0             # in all, in your currency
cash: []             # by year, out below zero: [{{year: {year}, flow: -40000}}, {{year: {next_year}, flow: 90000}}]
change: ""           # the file that a rehearsal can try: changes/{name}.toml
---

# {heading}

<!-- One line a customer would repeat to a friend. No name of a project, no word of ours. -->

## Summary

<!-- City, day, and in three sentences: who can now do what, and why it matters to them. The customer comes first.
     A number names its metric, {{metric: two_day_share}}, or says how it is known: [OBSERVED], [REPORTED], [ASSUMED],
     [UNKNOWN]. What customers want or do names its evidence, {{claim: name}} with a file in evidence/, or is
     marked [UNTESTED]. -->

## The problem

<!-- What is it like today, in the words of those who have it? Not "there is no such feature": what goes wrong, when,
     how often, and what do they do instead? -->

## The solution

<!-- How their day is different. If it needs a diagram it is not ready. -->

## Quotes

<!-- One from us, why we did it. One from a customer: what you hope to hear is [UNTESTED]; what you heard has a
     {{claim: name}} and stands verbatim in evidence/. -->

## Getting started

<!-- The first thing they do, and how long it takes. -->

## Questions customers ask

<!-- ### What does it cost me?
     ### What happens to my order if it goes wrong?
     Five pages at most together with the questions below. -->

## Questions we ask

<!-- Who is the customer and how many are there? What is the cheapest thing that would tell us that we are wrong?
     What must be true? What does it cost, when is the cash lowest, when is it back? Who else has to do something?
     What is the worst headline? Why would this fail? -->

## The customer's seat

<!-- Written by the advocate, not by the team: would I want this? What did the evidence say that the team did not want
     to hear? -->
"""


def page(name: str, heading: str, today: str, by: str, start: str) -> str:
    """The text of a new bet; days are texts, `2026-11-21`."""
    year = int(today[:4])
    return _PAGE.format(name=name, heading=heading, start=start, by=by, year=year, next_year=year + 1)
