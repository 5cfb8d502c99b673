"""People made by `createsuperuser` or in the admin get the row by which allauth knows that their address counts."""

from django.db import migrations


def add_rows(apps, schema_editor):
    """Also complete a row that allauth has added since, at a request for a new password."""
    EmailAddress = apps.get_model("account", "EmailAddress")
    people = apps.get_model("accounts", "User").objects.exclude(email="")
    settled = EmailAddress.objects.filter(primary=True).values("user_id")
    for user_id, email in people.exclude(pk__in=settled).values_list("pk", "email"):
        if not EmailAddress.objects.filter(email=email.lower(), verified=True).exclude(user_id=user_id).exists():
            values = {"verified": True, "primary": True}
            EmailAddress.objects.update_or_create(user_id=user_id, email=email.lower(), defaults=values)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_device_tokens"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
