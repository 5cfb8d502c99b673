from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [
        ("diary", "0003_where_runs_found_sets"),
    ]

    operations = [
        # Clips that are here already count as changed now: apps were not told of all that happened to them before.
        migrations.AddField(
            model_name="clip",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, default=timezone.now),
            preserve_default=False,
        ),
    ]
