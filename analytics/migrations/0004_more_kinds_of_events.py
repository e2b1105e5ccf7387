"""Dwell joins the kinds of events, and `received` gets an index that costs the writer next to nothing.

Events arrive in the order of `received`, so a block range index finds the newest as well as a tree did, without an
entry and a log record for every event.
"""

from django.db import migrations, models

KINDS = "'impression', 'play', 'progress', 'dwell', 'click', 'add_to_cart', 'order', 'refund'"
BEFORE = "'impression', 'play', 'progress', 'click', 'add_to_cart', 'order', 'refund'"
CHECK = "alter table analytics_event add constraint analytics_event_kind_check check (kind in ({}))"
UNCHECK = "alter table analytics_event drop constraint analytics_event_kind_check"
RECEIVED = "create index analytics_event_received on analytics_event {}"
NO_RECEIVED = "drop index analytics_event_received"
CHOICES = [
    ("impression", "Impression"),
    ("play", "Play"),
    ("progress", "Progress"),
    ("dwell", "Dwell"),
    ("click", "Click"),
    ("add_to_cart", "Add To Cart"),
    ("order", "Order"),
    ("refund", "Refund"),
]


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_reports_and_proposals")]

    operations = [
        migrations.AlterField("dailycount", "kind", models.CharField(choices=CHOICES, max_length=12)),
        migrations.RunSQL([UNCHECK, CHECK.format(KINDS)], [UNCHECK, CHECK.format(BEFORE)]),
        migrations.RunSQL(
            [NO_RECEIVED, RECEIVED.format("using brin (received) with (pages_per_range = 16, autosummarize = on)")],
            [NO_RECEIVED, RECEIVED.format("(merchant_id, received)")],
        ),
    ]
