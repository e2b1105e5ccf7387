"""What the catalog tells those above it, which it must not know.

`facts_changed(sender, product_ids, because)` is sent inside the transaction that changed products, in the merchant's
context: what a receiver pauses is paused in the same moment, or nothing has changed at all. Receivers return the videos
they took back. The sender is `Product`, or `Consent` when a paper ended: then `consents` has it as it read for each
product.
"""

from django.dispatch import Signal

facts_changed = Signal()
