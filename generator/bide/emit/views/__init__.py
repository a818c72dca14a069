"""What the templates see. Templates print; whatever has to be thought is thought here."""

from bide.emit.views.fakes import FakeView
from bide.emit.views.provider import ProviderView
from bide.emit.views.tests import TestsView

__all__ = ["FakeView", "ProviderView", "TestsView"]
