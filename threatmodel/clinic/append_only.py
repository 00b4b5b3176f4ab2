"""The database itself refuses to change or delete a line of the audit."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON clinic_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON clinic_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$",
    "CREATE TRIGGER audit_only_adds BEFORE UPDATE OR DELETE OR TRUNCATE ON clinic_auditentry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
)


def forward(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement, params=None)
