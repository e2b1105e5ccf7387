"""Sizes and colours of grouped exports, with their SKUs and prices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_feed_sources")]

    operations = [
        migrations.AddField(
            model_name="product", name="offers", field=models.JSONField(blank=True, default=list)
        ),
    ]
