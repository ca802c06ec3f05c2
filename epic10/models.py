"""The models of the ledger, where Django looks for them."""

from epic10.ledger.models import *  # noqa: F403
