import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("folded_name", models.CharField(editable=False, max_length=255, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("volunteer", "Volunteer"), ("lawyer", "Lawyer"), ("supervisor", "Supervisor")],
                        default="volunteer",
                        max_length=12,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("factor_epoch", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "staff",
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.UUIDField(db_index=True, null=True)),
                ("act", models.CharField(max_length=24)),
                ("detail", models.CharField(default="", max_length=24)),
                ("about", models.UUIDField(null=True)),
                ("matter", models.UUIDField(db_index=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("link", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name_plural": "audit entries",
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("settings", models.JSONField(default=dict)),
                ("epoch", models.BigIntegerField(default=0)),
                ("rotation_due", models.BooleanField(default=False)),
                ("seen_on", models.DateField()),
                ("clock", models.JSONField(default=dict)),
                ("audit_count", models.BigIntegerField(default=0)),
                ("audit_head", models.BinaryField(default=bytes)),
            ],
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("sealed", models.BinaryField(default=bytes)),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("mark", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("staff", models.UUIDField(db_index=True, null=True)),
                ("began_on", models.DateField(db_index=True)),
                ("data", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("mark", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("free_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="UsedCode",
            fields=[
                ("mark", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("until", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="TotpStep",
            fields=[
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("last", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("mark", models.BinaryField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "role",
                    models.CharField(
                        choices=[("volunteer", "Volunteer"), ("lawyer", "Lawyer"), ("supervisor", "Supervisor")],
                        max_length=12,
                    ),
                ),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("used", models.BooleanField(default=False)),
                (
                    "staff",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("alias_index", models.BinaryField(db_index=True, max_length=16)),
                ("wrapped_key", models.BinaryField()),
                ("generation", models.BigIntegerField(db_index=True)),
                ("sealed", models.BinaryField()),
                ("schema", models.PositiveSmallIntegerField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("once", models.BinaryField(default=bytes, max_length=32)),
                ("used_on", models.DateField()),
                ("keep_until", models.DateField(db_index=True)),
                ("follow_up", models.DateField(db_index=True, null=True)),
                (
                    "review",
                    models.CharField(
                        choices=[("none", "None"), ("asked", "Asked"), ("reviewed", "Reviewed")],
                        db_index=True,
                        default="none",
                        max_length=8,
                    ),
                ),
                (
                    "hold",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("case", "Case"),
                            ("client", "Client"),
                            ("lawyer", "Lawyer"),
                            ("other", "Other"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("assigned", models.ManyToManyField(related_name="matters", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.BinaryField(max_length=32)),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("staff", "mark"), name="one_recovery_code_each")],
            },
        ),
    ]
