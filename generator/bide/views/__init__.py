"""What the templates see. Templates print; whatever has to be thought is thought here."""

from .provider import ProviderView

__all__ = ["ProviderView"]
