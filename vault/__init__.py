"""Reads and writes the encrypted vault."""

from vault.check import PROBLEM_LEFTOVER, PROBLEM_NAME, PROBLEM_UNLINKED, Finding, check_vault
from vault.config import CipherCombo
from vault.errors import (
    AuthenticationError,
    FolderMissingError,
    FormatError,
    IntegrityError,
    LastChunkError,
    LocationError,
    NameRefusedError,
    NodeExistsError,
    NodeNotFoundError,
    NoVaultError,
    RecoveryKeyError,
    SelfTestError,
    StorageError,
    TamperedVaultError,
    TruncatedError,
    UnsupportedVaultError,
    VaultError,
    VaultExistsError,
    VaultLockedError,
    WrongPassphraseError,
)
from vault.names import ROOT_ID, check_name
from vault.node import Node, NodeKind
from vault.passphrase import set_passphrase
from vault.reader import PlaintextReader
from vault.recovery import (
    RECOVERY_KEY_LINE_COUNT,
    format_recovery_key,
    parse_recovery_key,
    parse_recovery_line,
)
from vault.secret_memory import SecretMemory
from vault.topfiles import is_vault
from vault.vault import Vault
from vault.verification import Stretch, Verification
from vault.witness import Limit, Witness

__all__ = [
    "PROBLEM_LEFTOVER",
    "PROBLEM_NAME",
    "PROBLEM_UNLINKED",
    "RECOVERY_KEY_LINE_COUNT",
    "ROOT_ID",
    "AuthenticationError",
    "CipherCombo",
    "Finding",
    "FolderMissingError",
    "FormatError",
    "IntegrityError",
    "LastChunkError",
    "Limit",
    "LocationError",
    "NameRefusedError",
    "NoVaultError",
    "Node",
    "NodeExistsError",
    "NodeKind",
    "NodeNotFoundError",
    "PlaintextReader",
    "RecoveryKeyError",
    "SecretMemory",
    "SelfTestError",
    "StorageError",
    "Stretch",
    "TamperedVaultError",
    "TruncatedError",
    "UnsupportedVaultError",
    "Vault",
    "VaultError",
    "VaultExistsError",
    "VaultLockedError",
    "Verification",
    "Witness",
    "WrongPassphraseError",
    "check_name",
    "check_vault",
    "format_recovery_key",
    "is_vault",
    "parse_recovery_key",
    "parse_recovery_line",
    "set_passphrase",
]
