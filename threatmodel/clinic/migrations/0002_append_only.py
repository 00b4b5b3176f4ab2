from django.db import migrations

from threatmodel.clinic.append_only import forward


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
