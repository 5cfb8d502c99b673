from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_tokens_end_with_the_password"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="portrait_shows_person",
            field=models.BooleanField(editable=False, null=True),
        ),
    ]
