"""Row-level security, and the rule that only an approved file can be placed."""

from django.db import migrations

from accounts.tenancy import tenant_policy

TABLES = ["variant", "video", "cut", "approval", "placement", "score", "job", "lane"]

ONLY_WHAT_WAS_APPROVED = migrations.RunSQL(
    sql=[
        "alter table generation_approval add constraint approval_names_the_file"
        " foreign key (cut_id, sha256) references generation_cut (id, sha256)",
        "alter table generation_placement add constraint only_approved_files_are_placed"
        " foreign key (cut_id, sha256) references generation_approval (cut_id, sha256)",
    ],
    reverse_sql=[
        "alter table generation_placement drop constraint only_approved_files_are_placed",
        "alter table generation_approval drop constraint approval_names_the_file",
    ],
)


class Migration(migrations.Migration):
    dependencies = [("generation", "0001_initial"), ("catalog", "0002_row_level_security")]

    operations = [*(tenant_policy(f"generation_{table}") for table in TABLES), ONLY_WHAT_WAS_APPROVED]
