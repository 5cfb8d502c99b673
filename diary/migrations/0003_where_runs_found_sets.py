from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("diary", "0002_earlier_values_of_sets"),
    ]

    operations = [
        # Sets that are here already get theirs in 0007, so that nobody waits for that while the table is held.
        migrations.AddField(
            model_name="workoutset",
            name="found_span",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
