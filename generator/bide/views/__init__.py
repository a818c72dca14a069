"""What the templates see. Templates print; whatever has to be thought is thought here."""

from .fakes import FakeView
from .provider import ProviderView
from .tests import TestsView

__all__ = ["FakeView", "ProviderView", "TestsView"]
