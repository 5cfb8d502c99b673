import hashlib

from django.db import migrations, models


def mark_tokens(apps, schema_editor):
    """Devices that are let in stay so until the next new password."""
    tokens = apps.get_model("accounts", "DeviceToken").objects
    people = apps.get_model("accounts", "User").objects.filter(tokens__revoked_at=None).distinct()
    for user_id, password in people.values_list("pk", "password"):
        tokens.filter(user_id=user_id).update(password_mark=hashlib.sha256(password.encode()).hexdigest())


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_turns_at_the_analysis"),
    ]

    operations = [
        migrations.AddField(
            model_name="devicetoken",
            name="password_mark",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(mark_tokens, migrations.RunPython.noop),
    ]
