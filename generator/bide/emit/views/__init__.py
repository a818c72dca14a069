"""The IR as the templates see it. All decisions are made here; templates only print."""

from bide.emit.views.fakes import FakeView
from bide.emit.views.provider import ProviderView
from bide.emit.views.tests.package import TestsView

__all__ = ["FakeView", "ProviderView", "TestsView"]
