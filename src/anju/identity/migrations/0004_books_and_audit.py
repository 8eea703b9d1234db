"""Two more duties of the centre's staff: who keeps the books (会计) and who audits (审计)."""

from django.db import migrations, models

CENTRE_OR_OWN = ["accountant", "administrator", "auditor", "clerk", "member", "reviewer", "treasurer"]


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_password_peace")]
    operations = [
        migrations.RemoveConstraint(model_name="mandate", name="identity_mandate_unit_fits_role"),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["unit_admin", "unit_agent"]), ("unit_id__isnull", False)),
                    models.Q(("role__in", CENTRE_OR_OWN), ("unit_id__isnull", True)),
                    _connector="OR",
                ),
                name="identity_mandate_unit_fits_role",
            ),
        ),
    ]
