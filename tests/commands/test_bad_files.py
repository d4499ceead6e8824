"""Files that cannot be committed: huge, linked, unreadable; through the real program."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEGABYTE = 2**20
SPEC = "nnspec: 1\ndata: {{source: {source}, target: y}}\nmodel:\n  - Dense: 1\n"


def validate(folder: Path, name: str) -> tuple[int, str]:
    """Run the program with at most 1 GiB of addresses; give exit code and all it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("GITHUB_ACTIONS", None)
    done = subprocess.run(
        [sys.executable, "-m", "nnspec", "validate", name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1024 * MEGABYTE,) * 2),
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_file_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "spec.yaml").open("wb") as file:
        file.write(b"nnspec: 1\nmodel:\n" + b"  - Dense: 4\n" * 500_000)
        file.truncate(1024 * MEGABYTE)
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert "too large: 1,073,741,824 bytes, larger than 4 MB [L101]" in out


def test_a_value_of_fifty_megabytes_is_refused_at_its_line(tmp_path: Path) -> None:
    text = "nnspec: 1\nmodel: [{Input: [4]}, {Dense: 1}]\nname: " + "x" * 50 * MEGABYTE
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert "spec.yaml:3:1: line 3 holds a value longer than 100,000 characters" in out
    assert len(out) < 1_000


@pytest.mark.parametrize("through", ["a file", "a folder"])
def test_a_link_out_of_the_folder_is_refused_with_link_and_target(
    tmp_path: Path, through: str
) -> None:
    folder = tmp_path.resolve() / "specs"
    folder.mkdir()
    secret = folder.parent / "secret.csv"
    secret.write_text("x,y\n1,2\n", encoding="utf-8")
    if through == "a file":
        link, source = folder / "data.csv", "data.csv"
        link.symlink_to(secret)
    else:
        link, source = folder / "data", "data/secret.csv"
        link.symlink_to(folder.parent)
    (folder / "spec.yaml").write_text(SPEC.format(source=source), encoding="utf-8")
    code, out = validate(folder, "spec.yaml")
    assert code == 1
    assert f'by the symbolic link "{link}" to "{secret}", outside' in out
    assert "[X104]" in out
    assert "spec.yaml:2:16:" in out


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").symlink_to("data.csv")
    (tmp_path / "spec.yaml").write_text(SPEC.format(source="data.csv"), encoding="utf-8")
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert "spec.yaml:2:16:" in out


@pytest.mark.parametrize("name", ["spec.yaml", "model.json"])
def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path: Path, name: str) -> None:
    spec = "nnspec: 1\nmodel: {file: model.json}\n"
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert f"{name}: it is a pipe; expected a file [D102]" in out


def test_a_spec_whose_model_is_refused_in_its_own_file_is_not_called_fine(tmp_path: Path) -> None:
    spec = "nnspec: 1\nmodel: {file: model.json}\n"
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "model.json").write_text("{", encoding="utf-8")
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert out.endswith("model.json: 1 error (line 1)")


def test_a_folder_without_specs_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").mkdir()
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 2
    assert "no spec lies in spec.yaml" in out


def test_of_a_folder_the_specs_are_checked_and_nothing_else(tmp_path: Path) -> None:
    inner = tmp_path / "nets" / "small"
    for folder in (inner, tmp_path / ".venv", tmp_path / "node_modules"):
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text("nnspec: 1\nmodel: [{Input: [4]}, {Desne: 1}]\n")
    (inner / "b.json").write_text('{"nnspec": 1, "model": [{"Input": [4]}, {"Dense": 1}]}')
    (inner / "forgot.yml").write_text("model:\n  - Input: [4]\n  - Dense: 1\n")
    (inner / "open.yaml").write_text("nnspec: 1\nmodel: [\n")
    (inner / "services.yaml").write_text("services: {model: {image: nnspec}}\n")
    code, out = validate(tmp_path, ".")
    assert code == 1
    assert out.endswith(
        "nets/small/a.yaml: 1 error (line 2) nets/small/forgot.yml: 1 error (line 1) "
        "nets/small/open.yaml: 1 error (line 2) 1 spec is fine"
    )


def test_a_byte_order_mark_and_carriage_returns_are_no_mistake(tmp_path: Path) -> None:
    text = "\ufeffnnspec: 1\r\nmodel:\r\n  - Input: [4]\r\n  - Dense: 1\r\n"
    (tmp_path / "spec.yaml").write_bytes(text.encode("utf-8"))
    assert validate(tmp_path, "spec.yaml") == (0, "1 spec is fine")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_refused_with_what_to_do(tmp_path: Path, mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    (tmp_path / "spec.yaml").write_bytes(mark + "nnspec: 1\n".encode(encoding))
    code, out = validate(tmp_path, "spec.yaml")
    assert code == 1
    assert "save the file as UTF-8" in out
