from django.db import migrations, models


def find_spans(apps, schema_editor):
    """Of sets that are here already: the times that a run wrote, else those of the reps that it saw."""
    rows = apps.get_model("diary", "WorkoutSet").objects.filter(analysis__isnull=False)
    for row in rows.only("start_s", "end_s", "rep_times", "provenance").iterator():
        if row.start_s is not None and row.end_s is not None and is_found(row, "start_s") and is_found(row, "end_s"):
            row.found_span = [row.start_s, row.end_s]
        elif row.rep_times:
            row.found_span = [row.rep_times[0][0], row.rep_times[-1][-1]]
        row.save(update_fields=["found_span"])


def is_found(row, field):
    return row.provenance.get(field, {}).get("source") == "model"


class Migration(migrations.Migration):
    dependencies = [
        ("diary", "0002_earlier_values_of_sets"),
    ]

    operations = [
        migrations.AddField(
            model_name="workoutset",
            name="found_span",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(find_spans, migrations.RunPython.noop),
    ]
