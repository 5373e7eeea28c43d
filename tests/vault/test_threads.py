"""One vault, many threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.vault.vaults import pattern, read, snapshot, write
from vault import NodeExistsError, Vault, VaultLockedError
from vault.layout import CHUNK_SIZE


def together(*works: Callable[[], object]) -> list[object]:
    """Run all at once; return what each returned, or raise what one raised."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_many_readers_of_one_vault(vault: Vault) -> None:
    files = {f"{number}": pattern(number * CHUNK_SIZE + number) for number in range(4)}
    for name, data in files.items():
        write(vault, name, data)

    def work() -> bool:
        return all(read(vault, node) == files[node.name] for _ in range(20) for node in vault.list_folder(""))

    assert together(*[work] * 8) == [True] * 8


def test_many_writers_of_one_name_and_one_wins(vault: Vault) -> None:
    def work(number: int) -> bool:
        try:
            write(vault, "film", bytes([number]) * 100_000)
        except NodeExistsError:
            return False
        return True

    won = together(*[lambda number=number: work(number) for number in range(8)])
    assert sum(won) == 1
    assert snapshot(vault) == {"/film": bytes([won.index(True)]) * 100_000}


def test_many_makers_of_one_folder_get_the_same(vault: Vault) -> None:
    made = together(*[lambda: vault.make_folders("/a/b/c").own_id] * 8)
    assert len(set(made)) == 1
    assert len(list(vault.directory.glob("d/*/*"))) == 4


def test_many_writers_side_by_side(vault: Vault) -> None:
    together(
        *[lambda number=number: write(vault, f"{number}", pattern(50_000 + number)) for number in range(8)]
    )
    assert snapshot(vault) == {f"/{number}": pattern(50_000 + number) for number in range(8)}


def test_locking_while_others_read(vault: Vault) -> None:
    data = pattern(20 * CHUNK_SIZE)
    node = write(vault, "film", data)
    started = threading.Barrier(5)

    def work() -> None:
        reader = vault.open(node)
        started.wait()
        try:
            while True:
                reader.seek(0)
                assert reader.read() == data
        except VaultLockedError:
            pass
        finally:
            reader.close()

    def lock() -> None:
        started.wait()
        vault.close()

    together(lock, *[work] * 4)
    assert vault.is_locked
