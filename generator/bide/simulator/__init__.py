"""A stateful fake of any provider, from its spec, on loopback.

    with Simulator(provider, speed=10) as simulator:
        client = Acme(api_key="any", base_url=simulator.url)

`life.scenario` describes scripts of jobs and requests, `server` how to run a simulator. It needs `bide[simulator]`.
"""

from bide.simulator.life.scenario import ScenarioError
from bide.simulator.server.server import Simulator, SimulatorError, serve

__all__ = ["ScenarioError", "Simulator", "SimulatorError", "serve"]
