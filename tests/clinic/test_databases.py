"""The tests' own databases are what they say."""

from django.core.management import call_command

from threatmodel.clinic.models import Staff


def test_a_test_has_the_kind_of_database_it_asked_for(database, vendor):
    Staff.objects.create("Ada", "lawyer")

    assert database.vendor == vendor
    assert Staff.objects.count() == 1


def test_nothing_is_left_by_the_test_before(database):
    assert not Staff.objects.exists()


def test_the_migrations_make_just_the_tables_that_the_program_has(database, capsys):
    call_command("makemigrations", "--check", "--dry-run")  # ends with an error otherwise

    assert "No changes" in capsys.readouterr().out
