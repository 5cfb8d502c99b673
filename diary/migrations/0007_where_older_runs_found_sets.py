from django.db import migrations

BATCH = 500


def find_spans(apps, schema_editor):
    """Of sets that are here already: the times that a run wrote, else those of the reps that it saw.

    0003 did this once, and does no more: what has a span keeps it, so this may run twice, or begin again.
    """
    manager = apps.get_model("diary", "WorkoutSet").objects
    rows = manager.filter(analysis__isnull=False, found_span=[]).exclude(start_s__isnull=True, rep_times=[])
    rows = rows.only("start_s", "end_s", "rep_times", "provenance", "found_span").order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        for row in batch:
            row.found_span = read_span(row)
        manager.bulk_update([row for row in batch if row.found_span], ["found_span"])
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def read_span(row):
    if row.start_s is not None and row.end_s is not None and is_found(row, "start_s") and is_found(row, "end_s"):
        return [row.start_s, row.end_s]
    return [row.rep_times[0][0], row.rep_times[-1][-1]] if row.rep_times else []


def is_found(row, field):
    return row.provenance.get(field, {}).get("source") == "model"


class Migration(migrations.Migration):
    atomic = False  # each batch counts by itself, and holds no more rows than its own

    dependencies = [
        ("diary", "0006_workers_that_vanished"),
    ]

    operations = [
        migrations.RunPython(find_spans, migrations.RunPython.noop),
    ]
