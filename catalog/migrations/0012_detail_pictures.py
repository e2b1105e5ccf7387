"""Pictures of descriptions have a role of their own."""

from django.db import migrations, models

ROLES = [(name, name.title()) for name in ("packshot", "view", "scene", "label", "detail")]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_product_offers")]

    operations = [
        migrations.AlterField(
            model_name="image",
            name="role",
            field=models.CharField(choices=ROLES, default="view", max_length=10),
        ),
    ]
