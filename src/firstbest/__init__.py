"""firstbest: run and rehearse a supply chain with the same decision code.

A person brings a network and orders as files; one command rehearses how that network would serve them and what a change
would do. The rooms of the house are layers, and imports go down only: `cli` over `rehearse` over `store` and `present`
over `operate` over `decide` over `world` over `kernels`. See ARCHITECTURE.md.
"""

__version__ = "0.1.0"
