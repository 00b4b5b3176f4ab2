"""Everything that can be found in a pack in one run: faults, and warnings that do not keep it from being used."""

from datetime import date
from pathlib import Path

from threatmodel.content.check import UNREADABLE, faults_of
from threatmodel.content.check_translation import translation_faults
from threatmodel.content.compile import compile_pack
from threatmodel.content.due import warnings_of
from threatmodel.content.errors import Fault
from threatmodel.content.examples import example_faults, plans_of
from threatmodel.content.pack import Pack, read_pack
from threatmodel.content.reading import reading_faults
from threatmodel.content.unused import untried, unused
from threatmodel.content.wording import grade_faults


def check_pack(directory: Path, as_of: date, referrals: Path | None = None) -> tuple[Fault, ...]:
    """Every fault and warning of a pack on this day, in the order of files and lines."""
    return findings(read_pack(directory, referrals), as_of)


def findings(pack: Pack, as_of: date) -> tuple[Fault, ...]:
    """Every fault and warning of a pack that has been read."""
    found = {*faults_of(pack), *grade_faults(pack)}
    if any(fault.code.startswith(UNREADABLE) for fault in found):
        return tuple(sorted(found))
    questionnaire = compile_pack(pack)
    staff_plans = list(plans_of(pack, questionnaire, staff=True))
    found |= {
        *unused(pack),
        *example_faults(pack, questionnaire),
        *untried(pack, staff_plans),
        *warnings_of(pack, as_of),
        *translation_faults(pack),
        *reading_faults(pack),
    }
    return tuple(sorted(found))
