"""How a selling point is said, and where a product may be shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_row_level_security")]

    operations = [
        migrations.AddField("product", "scene_tags", models.JSONField(blank=True, default=list)),
        migrations.AddField("sellingpoint", "spoken", models.JSONField(blank=True, default=dict)),
    ]
