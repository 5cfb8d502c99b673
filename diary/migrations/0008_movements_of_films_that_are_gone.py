from django.db import migrations


def forget_movements(apps, schema_editor):
    """Of sets that stayed when their film was deleted: how the person moved in it, which goes with the film by now."""
    rows = apps.get_model("diary", "WorkoutSet").objects.filter(clip=None, embedding__isnull=False)
    rows.update(is_example=False, embedding=None, embedding_model="")


class Migration(migrations.Migration):
    dependencies = [
        ("diary", "0007_where_older_runs_found_sets"),
    ]

    operations = [
        migrations.RunPython(forget_movements, migrations.RunPython.noop),
    ]
