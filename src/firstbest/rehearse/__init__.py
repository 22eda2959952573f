"""The house on a virtual clock: wiring, scenario, physics, replications, comparison.

The twin replaces the world, not the code. The physics answers with durations and commands, never with facts or choices,
and every draw is keyed by the seed, the text of the entity and the purpose, so two runs share their random numbers.
"""
