"""The partial index finds a buyer's order among few rows, so that refunds can tell how late they come."""

from django.db import migrations

BOUGHT = """
create index analytics_event_bought on analytics_event (merchant_id, visitor)
where kind in ('order', 'refund')
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_proposals_are_net")]

    operations = [migrations.RunSQL(BOUGHT, "drop index analytics_event_bought")]
