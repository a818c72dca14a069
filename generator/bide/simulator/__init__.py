"""A stateful fake of any provider, from its spec, on loopback.

    with Simulator(provider, speed=10) as simulator:
        client = Acme(api_key="any", base_url=simulator.url)

`scenario` describes how jobs and requests are scripted, `server` how a simulator is run. It needs `bide[simulator]`.
"""

from bide.simulator.life.scenario import ScenarioError
from bide.simulator.server.server import Simulator, SimulatorError, serve

__all__ = ["ScenarioError", "Simulator", "SimulatorError", "serve"]
