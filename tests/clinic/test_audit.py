"""The audit: whatever is done to its lines is found."""

import pytest
from django.db import connections

from tests.clinic.making import matter
from threatmodel.clinic import audit
from threatmodel.clinic.models import AuditEntry, Clinic


@pytest.fixture
def lines(volunteer):
    """Five lines of acts."""
    for act in ("one", "two", "three", "four", "five"):
        audit.note(volunteer.id, act)
    return AuditEntry.objects


def test_a_whole_chain_is_whole(lines):
    assert [*audit.verify()] == []
    assert [*lines.values_list("number", flat=True)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("field", ["about", "act", "actor", "at", "detail", "matter", "revision"])
def test_a_changed_line_is_found(lines, field, volunteer, loose):
    """P50: whatever of it was changed."""
    other = {
        "act": "else",
        "actor": None,
        "at": "2020-01-01T00:00Z",
        "detail": "x",
        "about": volunteer.id,
        "matter": volunteer.id,
        "revision": 9,
    }
    loose(lambda: lines.filter(number=3).update(**{field: other[field]}))

    assert [fault.number for fault in audit.verify()] == [3]


def test_a_line_taken_out_put_in_or_moved_is_found(lines, loose):
    """P50: in the middle of the chain."""
    loose(lambda: lines.filter(number=3).delete())
    assert audit.Fault(3, "missing") in [*audit.verify()]


def test_lines_cut_off_the_end_are_found(lines, loose):
    """P50: also when the end that the database notes was set back with them."""
    loose(lambda: lines.filter(number__gt=3).delete())
    assert [fault.kind for fault in audit.verify()] == ["cut"]

    last = lines.get(number=3)
    Clinic.objects.update(audit_count=3, audit_head=last.link)
    audit._anchor(5, b"x" * 32)
    assert [fault.kind for fault in audit.verify()] == ["cut"]


def test_lines_cannot_be_changed_or_deleted_by_the_program(lines):
    """P50: the database itself refuses."""
    from django.db import DatabaseError, transaction

    for change in (lambda: lines.filter(number=3).update(act="x"), lambda: lines.filter(number=3).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert [*audit.verify()] == []


def test_an_act_on_a_matter_has_one_line_without_content(volunteer):
    """P50: who, what, which, when to the minute; neither alias nor text."""
    made = matter(volunteer, alias="heron canary")

    (line,) = AuditEntry.objects.all()
    assert (line.actor, line.act, line.matter, line.revision) == (volunteer.id, "created", made.row.id, 1)
    assert (line.at.second, line.at.microsecond) == (0, 0)
    assert "heron" not in str(vars(line))


@pytest.fixture
def loose(database):
    """Do something to the audit's table as somebody with the database in their hands could."""

    def do(change):
        with connections["default"].cursor() as cursor:
            for statement in OFF[database.vendor]:
                cursor.execute(statement)
        change()

    return do


OFF = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["DROP TRIGGER audit_only_adds ON clinic_auditentry"],
}
