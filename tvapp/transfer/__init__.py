"""Files into the vault and out of it: nothing is overwritten, the rest goes on when one fails."""

from tvapp.transfer.contents import SealRecords
from tvapp.transfer.errors import (
    AlteredError,
    DamageError,
    ExistsError,
    NoRoomError,
    NotAFileError,
    RefusedError,
    SourceChangedError,
    TransferError,
    VerificationError,
)
from tvapp.transfer.export_plan import ExportPlan, plan_export
from tvapp.transfer.exporting import Exporter
from tvapp.transfer.import_plan import ImportPlan, plan_import
from tvapp.transfer.importing import Importer
from tvapp.transfer.report import Failure, Remark, TransferReport, Watcher, shown
from tvapp.transfer.sizes import human_size
from tvapp.transfer.survey import require_room, survey

__all__ = [
    "AlteredError",
    "DamageError",
    "ExistsError",
    "ExportPlan",
    "Exporter",
    "Failure",
    "ImportPlan",
    "Importer",
    "NoRoomError",
    "NotAFileError",
    "RefusedError",
    "Remark",
    "SealRecords",
    "SourceChangedError",
    "TransferError",
    "TransferReport",
    "VerificationError",
    "Watcher",
    "human_size",
    "plan_export",
    "plan_import",
    "require_room",
    "shown",
    "survey",
]
